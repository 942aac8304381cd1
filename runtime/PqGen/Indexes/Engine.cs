using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.Storage.Files;
using PqGen.TopK;

namespace PqGen.Indexes;

/// <summary>
/// An index composed of a route, which decides lists, and a code, which keeps vectors and compares queries with them. What every kind of index
/// does is here, once.
/// </summary>
/// <typeparam name="TRoute">The route.</typeparam>
/// <typeparam name="TCode">The code.</typeparam>
internal sealed partial class Engine<TRoute, TCode> : IndexEngine
    where TRoute : struct, IRoute
    where TCode : struct, ICode
{
    /// <summary>Vectors that a thread assigns to lists at a time.</summary>
    private const int AssignChunk = 1024;

    private readonly TRoute _route;
    private readonly TCode _code;
    private readonly ScratchPool _scratch = new();
    private readonly bool _keepsRows;

    /// <summary>The centroids in the caller's units, where those of the index are others.</summary>
    private readonly float[]? _centroids;

    /// <summary>Held while ids and the snapshot change together, and while others than the writer look ids up: for moments.</summary>
    private readonly Lock _lookup = new();
    private IdTable _ids = new();
    private Removals _removals = new();
    private Snapshot? _snapshot;

    /// <summary>An empty index.</summary>
    public Engine(IndexShape shape, KernelPath path, TRoute route, TCode code, bool keepsRows, int? exponent)
        : base(shape, path)
    {
        (_route, _code, _keepsRows) = (route, code, keepsRows && shape.HasCodes);
        _centroids = exponent is { } scale and not 0 ? PowerOfTwoScale.Scaled(route.Centroids, -scale) : null;
        _snapshot = new Snapshot(
            0, default, 0, new ListTable(code.Layout, route.NList), default, _keepsRows ? new Column<float>(shape.Dimension) : null, exponent);
    }

    internal override Snapshot? Current => Volatile.Read(ref _snapshot);

    internal override int NList => _route.IsInverted ? _route.NList : 0;

    internal override ReadOnlySpan<float> Centroids => _centroids ?? _route.Centroids;

    internal override ProductQuantizer? Quantizer => _code.Quantizer;

    internal override bool CanRerank => !Shape.HasCodes || _keepsRows;

    internal override IndexMemory Memory
    {
        get
        {
            var model = _route.SizeInBytes + _code.SizeInBytes;
            if (Current is not { } snapshot)
            {
                return new IndexMemory(model, 0, 0, 0);
            }

            var (payload, positions) = snapshot.Lists.SizeInBytes;
            return new IndexMemory(
                model,
                Shape.HasCodes ? payload : 0,
                positions + _ids.SizeInBytes + _removals.SizeInBytes,
                Shape.HasCodes ? snapshot.Rows?.SizeInBytes ?? 0 : payload) { Scratch = _scratch.SizeInBytes };
        }
    }

    internal override void Save(Snapshot snapshot, string path, CancellationToken cancellation)
    {
        if (snapshot.Removed.Count > 0)
        {
            // The file is that of an index from which nothing was removed.
            snapshot = Compaction.Run(snapshot, cancellation).Snapshot;
        }

        var blocks = Shape.HasCodes ? CodeSections.Blocks(snapshot.Lists) : 0;
        var header = new IndexHeader(
            Shape, NList, snapshot.Ids.IsOwn, !Shape.HasCodes || _keepsRows, snapshot.Exponent ?? 0, snapshot.Count, blocks)
        {
            Added = snapshot.Added, DefaultNProbe = ChosenNProbe, CoarseSearch = CoarseSearch,
        };
        IndexFileWriter.Save(path, header, writer =>
        {
            writer.Cancellation = cancellation;
            writer.Begin(IndexSection.Centroids);
            writer.Write(_route.Centroids);
            writer.Begin(IndexSection.Codebooks);
            writer.Write(_code.Codebooks);
            ListSections.WritePositions(writer, snapshot.Lists);
            if (Shape.HasCodes)
            {
                CodeSections.Write(writer, snapshot.Lists);
            }

            IdSection.Write(writer, snapshot.Ids, snapshot.Count);
            if (!Shape.HasCodes)
            {
                ListSections.WriteRows(writer, snapshot.Lists, Shape.Dimension);
            }
            else if (snapshot.Rows is { } rows)
            {
                VectorSection.Write(writer, rows, snapshot.Count);
            }
        });
    }

    internal override void Release()
    {
        lock (_lookup)
        {
            Volatile.Write(ref _snapshot, null);
            (_ids, _removals) = (new IdTable(), new Removals());
        }

        _scratch.Clear();
    }

    internal override void Load(IndexFileReader reader)
    {
        var lists = ListSections.ReadLists(reader, _code.Layout);
        var exponent = _snapshot!.Exponent;
        var rows = (Column<float>?)null;
        if (Shape.HasCodes)
        {
            CodeSections.Read(reader, lists);
            rows = reader.Header.KeepsVectors ? VectorSection.Read(reader) : null;
        }
        else
        {
            // An exact index of nothing but zeros has not seen yet how large its vectors are.
            exponent = ListSections.ReadRows(reader, lists, Shape.Dimension) || Shape.HasLists ? exponent : null;
        }

        _ids = reader.ReadIds();
        var header = reader.Header;
        Volatile.Write(ref _snapshot, new Snapshot((int)header.Count, default, header.Added, lists, _ids.View, rows, exponent));
    }
}
