using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.Storage.Files;
using PqGen.Storage.Files.Faiss;

namespace PqGen.Indexes;

/// <content>Vectors that another program has assigned and encoded, and back.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    internal override void Import(ForeignIndex index, Func<string, string, IndexFileException> damaged, CancellationToken cancellation)
    {
        var exponent = _snapshot!.Exponent;
        var (positions, ids) = index.Place(damaged);
        var rows = index.Rows is { } kept ? new KeptRows(new RowScheme(index.RowFormat, Shape.InputDimension, Shape.Metric, [])) : null;
        rows?.Reserve(index.Count, 0);
        rows?.Write(Scaled(index.Rows!, exponent, damaged), 0);
        var table = IdTable.Of(ids, out var twice);
        if (twice >= 0)
        {
            throw damaged(Guard.Text($"id {ids[twice]} is there twice"), "every id is there once");
        }

        var lists = Lists(index, positions, exponent, damaged, cancellation);
        var header = new IndexHeader(Shape, NList, index.Count, ids.Length > 0, rows is not null || !Shape.HasCodes) { Exponent = exponent };
        Load(new LoadedIndex(header) { Lists = lists, Ids = ids.Length > 0 ? table : new IdTable(), Rows = rows });
    }

    internal override void Export(Snapshot snapshot, Stream stream, CancellationToken cancellation)
    {
        // The writer takes one piece.
        snapshot = snapshot.Removed.Count > 0 ? Compaction.Run(snapshot, cancellation).Snapshot : snapshot;
        new FaissWriter(stream, Saved(snapshot, cancellation), DefaultNProbe, cancellation).Write();
    }

    private ListTable Lists(
        ForeignIndex index, int[][] positions, int? exponent, Func<string, string, IndexFileException> damaged, CancellationToken cancellation)
    {
        var used = Enumerable.Range(0, positions.Length).Where(list => positions[list].Length > 0).ToArray();
        var appender = new ListAppender(
            new ListTable(_code.Layout, positions.Length), used, Array.ConvertAll(used, list => positions[list].Length));
        var scratch = new ScanScratch();
        for (var group = 0; group < used.Length; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            var list = index.Lists[used[group]];
            var rows = _code.Encoded(used[group], list.Codes.Length > 0 ? default : Scaled(list.Rows, exponent, damaged), list.Codes, scratch);

            // The positions of a list ascend, whatever the order in which the file has its vectors.
            var order = Enumerable.Range(0, list.Count).ToArray();
            Array.Sort(positions[used[group]], order);
            for (var j = 0; j < order.Length; j++)
            {
                var (segment, place) = appender.Locate(group, j);
                _code.Write(rows, order[j], segment, place);
                if (_code.Layout.HasPositions)
                {
                    Unsafe.Add(ref segment.Positions(_code.Layout), place) = positions[used[group]][j];
                }
            }

            // What is placed needs no second place in memory.
            index.Lists[used[group]] = new ForeignList(0, [], [], []);
        }

        return appender.Table;
    }

    /// <summary>Floats as the index computes with them.</summary>
    private static float[] Scaled(float[] values, int? exponent, Func<string, string, IndexFileException> damaged)
    {
        if (exponent is not { } scale || scale == 0)
        {
            return values;
        }

        if (Guard.IndexOfNotFinite(values, PowerOfTwoScale.Limit(scale)) is >= 0 and var bad)
        {
            throw damaged(Guard.Text($"component {bad} of some vectors is {values[bad]}, of others below 2^-40"), "vectors of about one size");
        }

        return PowerOfTwoScale.Scaled(values, scale);
    }
}
