using System.CommandLine;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>One index that <c>pqtool build</c> has written, as its JSON shows it.</summary>
internal sealed record BuildReport(
    string Out,
    string Kind,
    long N,
    int Dimension,
    string Metric,
    int M,
    int Ksub,
    int Nlist,
    string Keep,
    int Seed,
    double TrainSeconds,
    double AddSeconds,
    long FileBytes);

/// <summary><c>pqtool build</c>: a file of vectors to an index file.</summary>
internal sealed class BuildCommand
{
    private readonly Option<string?> _base = ToolOptions.File("--base", $"Vectors to index: {ToolOptions.VectorFiles}. May be larger than memory");
    private readonly Option<string?> _ids = ToolOptions.File(
        "--ids", "Ids of your own: .npy of integers, .ivecs or .ibin, one for each vector. Without it ids are row numbers");

    private readonly Option<string?> _out = ToolOptions.File(
        "--out", "The index file to write, such as words.pqg; a file in its place is replaced once the new one is whole", required: true);

    private readonly Option<string> _kind = ToolOptions.Choice("--kind", "Codes or vectors, in lists or in one", KindWords.All);
    private readonly Option<int> _m = ToolOptions.M();
    private readonly Option<int> _ksub = ToolOptions.Ksub();
    private readonly Option<int> _nlist = ToolOptions.Int("--nlist", 0, 0, "Lists (cells) of the inverted file; 0 chooses near 4 sqrt(n)");
    private readonly Option<int> _train = ToolOptions.Int(
        "--train", 0, 0, "Vectors to train on, a random sample of --base; 0 takes all, or as many as training needs");

    private readonly Option<int> _threads = ToolOptions.Threads(
        0, "Threads to train and add with; 0 stands for one per processor. The file does not depend on it");

    private readonly Option<string> _metric = ToolOptions.Metric();
    private readonly Option<string> _keep = ToolOptions.Keep();
    private readonly Option<string> _coarse = ToolOptions.Coarse();
    private readonly TransformOptions _transform = new();
    private readonly Option<bool> _calibrate = ToolOptions.Switch(
        "--calibrate", "Measure what searches reach and keep it in the file, for --target-recall; needs vectors that are kept");

    private readonly Option<int> _seed = ToolOptions.Seed();
    private readonly Option<bool> _json = ToolOptions.Switch("--json", "Print one JSON object instead of text");

    private BuildCommand()
    {
        _base.Aliases.Add("--npy");
    }

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var build = new BuildCommand();
        build._base.Required = true;
        var command = new MeasuringCommand(
            "build",
            "Trains an index on a file of vectors, adds them and writes an index file.",
            """
            The vectors are read twice, a part at a time: training keeps a sample, adding keeps what the index keeps.

            Examples:
              pqtool build --npy vectors.npy --m 20 --nlist 512 --out words.pqg
              pqtool build --npy vectors.npy --metric cosine --m 20 --keep float16 --calibrate --out words.pqg
              pqtool build --base base.fvecs --kind flat --ids ids.npy --out exact.pqg
            """)
        {
            build._base, build._ids, build._out, build._kind, build._m, build._ksub, build._nlist, build._train, build._threads, build._metric,
            build._keep, build._coarse, build._calibrate, build._seed, build._json,
        };
        foreach (var option in build._transform.All)
        {
            command.Add(option);
        }

        command.SetAction(build.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (path, target, threads) = (parsed.GetValue(_base)!, parsed.GetValue(_out)!, parsed.GetValue(_threads));
        var (keep, calibrate) = (parsed.GetValue(_keep)!, parsed.GetValue(_calibrate));
        CheckOptions(parsed);
        OutputFile.Check(target);
        var (count, dimension) = Rows.Shape(path);
        var metric = MetricWords.Of(parsed.GetValue(_metric)!);
        var (kind, m) = (parsed.GetValue(_kind)!, parsed.GetValue(_m));
        var padded = _transform.Padded(parsed, dimension, m);
        var shape = KindWords.Shape(kind, padded, m, parsed.GetValue(_ksub), metric) with { InputDimension = dimension };
        var train = parsed.GetValue(_train);
        if (train > count)
        {
            throw new ToolException($"{path} has {count} rows; --train can be at most {count}");
        }

        // Thin training is named by the training's own advice.
        Sizes.Check(shape, parsed.GetValue(_nlist), train == 0 ? count : train, TextWriter.Null);
        var ids = ReadIds(parsed, path, count);
        var options = new TrainingOptions
        {
            NList = shape.HasLists ? parsed.GetValue(_nlist) : 0,
            Seed = parsed.GetValue(_seed),
            Threads = threads,
            KeepVectors = keep != "none",
            RowFormat = keep == "none" || !shape.HasCodes ? RowFormat.Float32 : Enum.Parse<RowFormat>(keep, ignoreCase: true),
            CoarseSearch = shape.HasLists ? ToolOptions.CoarseOf(parsed.GetValue(_coarse)!) : CoarseSearch.Automatic,
            Transform = _transform.Kind(parsed, metric),
        };
        var progress = new ProgressView(error);
        var (index, trainSeconds) = progress.Train(report => Train(shape, path, count, train, options with { Progress = report }));
        using var _ = index;
        foreach (var advice in index.TrainingReport?.Advice ?? [])
        {
            error.WriteLine($"advice: {advice}");
        }

        var addSeconds = progress.Run("adding vectors", report => Add(index, path, count, ids, threads, report)).Seconds;
        if (calibrate)
        {
            progress.Run("measuring recall", _ => index.Calibrate(threads: threads));
        }

        progress.Run("writing the file", _ =>
        {
            index.Save(target);
            return true;
        });
        var bytes = new FileInfo(target).Length;
        var kept = shape.HasCodes ? keep : "float32";
        var written = new BuildReport(
            target,
            KindWords.Of(shape.Kind),
            index.Count,
            dimension,
            MetricWords.Of(metric),
            shape.M,
            shape.Ksub,
            index.NList,
            kept,
            options.Seed,
            Text.Rounded(trainSeconds, 4),
            Text.Rounded(addSeconds, 4),
            bytes);
        output.WriteLine(parsed.GetValue(_json)
            ? Text.JsonLine(written)
            : $"{target}: {index.Count} vectors x {dimension} dims, {shape}, nlist = {index.NList}, kept as {kept}, {Text.Megabytes(bytes, 1)}");
        return CommandLine.Success;
    }

    private void CheckOptions(ParseResult parsed)
    {
        var kind = parsed.GetValue(_kind)!;
        var (codes, lists) = (kind.EndsWith("pq", StringComparison.Ordinal), kind.StartsWith("ivf", StringComparison.Ordinal));
        (Option, bool)[] options = [(_m, codes), (_ksub, codes), (_keep, codes), (_nlist, lists), (_coarse, lists)];
        foreach (var (option, applies) in options.Concat(_transform.All.Select(option => (option, codes))))
        {
            if (!applies && parsed.IsGiven(option))
            {
                var lacks = option == _nlist || option == _coarse ? "lists" : "codes";
                throw new UsageException($"{option.Name} is given, but an index of --kind {kind} has no {lacks}; leave it out");
            }
        }

        if (parsed.GetValue(_calibrate) && parsed.GetValue(_keep) == "none")
        {
            throw new UsageException("--calibrate needs vectors that are kept, but --keep is none");
        }
    }

    private long[]? ReadIds(ParseResult parsed, string basePath, long count)
    {
        if (parsed.GetValue(_ids) is not { } path)
        {
            return null;
        }

        var ids = Inputs.Ints(path, DataRole.Truth);
        return ids.Values.Length == count
            ? ids.Values.ToArray()
            : throw new VectorFileException(path, $"{ids.Values.Length} ids", $"one for each of the {count} vectors of {basePath} is needed");
    }

    private static GenericIndex Train(IndexShape shape, string path, long count, int train, TrainingOptions options) =>
        train > 0 && train < count
            ? GenericIndex.Train(shape, Rows.Sample(path, count, shape.InputDimension, train, options.Seed).Values, options)
            : GenericIndex.Train(shape, Rows.Chunks(path, shape.InputDimension), options);

    private static bool Add(VectorIndex index, string path, long count, long[]? ids, int threads, Action<int, int> report)
    {
        var added = 0;
        foreach (var chunk in Rows.Chunks(path, index.Dimension))
        {
            var rows = chunk.Length / index.Dimension;
            if (ids is null)
            {
                index.Add(chunk.Span, threads);
            }
            else
            {
                index.Add(ids.AsSpan(added, rows), chunk.Span, threads);
            }

            added += rows;
            report(added, (int)Math.Min(int.MaxValue, count));
        }

        return true;
    }
}
