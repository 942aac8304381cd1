using System.CommandLine;

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
    long FileBytes,
    bool Skipped);

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
    private readonly Option<float> _anisotropic = ToolOptions.Anisotropic();
    private readonly Option<bool> _calibrate = ToolOptions.Switch(
        "--calibrate", "Measure what searches reach and keep it in the file, for --target-recall; needs vectors that are kept");

    private readonly Option<int> _seed = ToolOptions.Seed();
    private readonly Option<Shard?> _shard = Shard.Option();
    private readonly Option<string?> _model = ToolOptions.File(
        "--model", "Take the model of a file that --train-only has written, instead of training one; it decides all that training does");

    private readonly Option<bool> _trainOnly = ToolOptions.Switch("--train-only", "Write the model alone, an index without vectors, for --model");
    private readonly Option<bool> _force = ToolOptions.Switch("--force", "With --shard: build a part again that is there and whole");
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

            An index can be built in parts, by as many processes or machines as there are: each adds its part of the rows to the same
            model and writes a file of its own, whose ids are the numbers of the rows or those of --ids; merge puts them together to the
            index that one process would have built. A part that is there and whole is left as it is, with exit code 0: jobs can be run
            again. Without --model every part trains the same model itself.

            Examples:
              pqtool build --npy vectors.npy --m 20 --nlist 512 --out words.pqg
              pqtool build --npy vectors.npy --metric cosine --m 20 --keep float16 --calibrate --out words.pqg
              pqtool build --base base.fvecs --kind flat --ids ids.npy --out exact.pqg
              pqtool build --npy vectors.npy --m 20 --nlist 512 --train-only --out model.pqg
              pqtool build --npy vectors.npy --model model.pqg --shard 3/16 --out words.pqg      writes words.03-of-16.pqg
            """)
        {
            build._base, build._ids, build._out, build._kind, build._m, build._ksub, build._nlist, build._train, build._threads, build._metric,
            build._keep, build._coarse, build._anisotropic, build._calibrate, build._seed, build._shard,
            build._model, build._trainOnly, build._force, build._json,
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
        var (path, shard, threads) = (parsed.GetValue(_base)!, parsed.GetValue(_shard), parsed.GetValue(_threads));
        CheckOptions(parsed);
        var target = shard is null ? parsed.GetValue(_out)! : shard.PathOf(parsed.GetValue(_out)!);
        OutputFile.Check(target);
        var (count, dimension) = Rows.Shape(path);
        if (shard?.Count > count)
        {
            throw new ToolException($"{path} has {count} rows; --shard can divide them into {count} parts at most");
        }

        var (first, rows) = shard is null ? (0, count) : shard.Rows(count);
        var ids = BuildSteps.Ids(parsed.GetValue(_ids), path, count, first, rows, shard is not null);
        var progress = new ProgressView(error);
        var model = parsed.GetValue(_model) is { } file ? ModelFile.Inspect(file, path, dimension) : null;
        if (model is not null && IsBuilt())
        {
            return Report(parsed, target, 0, 0, isSkipped: true);
        }

        var (index, trainSeconds) = model is null ? Trained(parsed, progress, error) : (VectorIndex.Open(parsed.GetValue(_model)!), 0d);
        using var _ = index;
        if (model is null && shard is not null)
        {
            model = ModelFile.Of(index);
            if (IsBuilt())
            {
                return Report(parsed, target, trainSeconds, 0, isSkipped: true);
            }
        }

        var addSeconds = 0d;
        if (!parsed.GetValue(_trainOnly))
        {
            var chunks = shard is null ? Rows.Chunks(path, dimension) : Rows.Chunks(path, dimension, first, rows);
            addSeconds = progress.Run("adding vectors", report => BuildSteps.Add(index, chunks, rows, ids, threads, report)).Seconds;
        }

        if (parsed.GetValue(_calibrate))
        {
            progress.Run("measuring recall", _ => index.Calibrate(threads: threads));
        }

        progress.Run("writing the file", _ =>
        {
            index.Save(target);
            return true;
        });
        return Report(parsed, target, trainSeconds, addSeconds, isSkipped: false);

        bool IsBuilt() => shard is not null && !parsed.GetValue(_force)
            && ModelFile.IsBuilt(target, model!, ids![0], ids[^1], rows, error);
    }

    private int Report(ParseResult parsed, string target, double trainSeconds, double addSeconds, bool isSkipped)
    {
        var info = VectorIndex.Inspect(target);
        var written = new BuildReport(
            target,
            KindWords.Of(info.Kind),
            info.Count,
            info.Shape.InputDimension,
            MetricWords.Of(info.Metric),
            info.Shape.M,
            info.Shape.Ksub,
            info.NList,
            info.KeepsVectors ? info.RowFormat.ToString().ToLowerInvariant() : "none",
            parsed.GetValue(_seed),
            Text.Rounded(trainSeconds, 4),
            Text.Rounded(addSeconds, 4),
            info.FileLength,
            isSkipped);
        parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(_json)
            ? Text.JsonLine(written)
            : $"{target}: {written.N} vectors x {written.Dimension} dims, {info.Shape}, nlist = {written.Nlist}, kept as {written.Keep}, "
                + Text.Megabytes(written.FileBytes, 1) + (isSkipped ? "; it was there and whole, --force builds it again" : ""));
        return CommandLine.Success;
    }

    /// <summary>Trains an empty index as the options say.</summary>
    private (VectorIndex Index, double Seconds) Trained(ParseResult parsed, ProgressView progress, TextWriter error)
    {
        var (path, keep) = (parsed.GetValue(_base)!, parsed.GetValue(_keep)!);
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
        var options = new TrainingOptions
        {
            NList = shape.HasLists ? parsed.GetValue(_nlist) : 0,
            Seed = parsed.GetValue(_seed),
            Threads = parsed.GetValue(_threads),
            KeepVectors = keep != "none",
            RowFormat = keep == "none" || !shape.HasCodes ? RowFormat.Float32 : Enum.Parse<RowFormat>(keep, ignoreCase: true),
            CoarseSearch = shape.HasLists ? ToolOptions.CoarseOf(parsed.GetValue(_coarse)!) : CoarseSearch.Automatic,
            Transform = _transform.Kind(parsed, metric),
            AnisotropicThreshold = parsed.GetValue(_anisotropic),
        };
        var (index, seconds) = progress.Train(report => BuildSteps.Train(shape, path, count, train, options with { Progress = report }));
        foreach (var advice in index.TrainingReport?.Advice ?? [])
        {
            error.WriteLine($"advice: {advice}");
        }

        return (index, seconds);
    }

    private void CheckOptions(ParseResult parsed)
    {
        var kind = parsed.GetValue(_kind)!;
        var (codes, lists) = (kind.EndsWith("pq", StringComparison.Ordinal), kind.StartsWith("ivf", StringComparison.Ordinal));
        (Option, bool)[] options =
        [
            (_m, codes), (_ksub, codes), (_keep, codes), (_anisotropic, codes), (_nlist, lists), (_coarse, lists),
        ];
        foreach (var (option, applies) in options.Concat(_transform.All.Select(option => (option, codes))))
        {
            if (!applies && parsed.IsGiven(option))
            {
                var lacks = option == _nlist || option == _coarse ? "lists" : "codes";
                throw new UsageException($"{option.Name} is given, but an index of --kind {kind} has no {lacks}; leave it out");
            }
        }

        CheckParts(parsed);
        if (parsed.GetValue(_calibrate) && parsed.GetValue(_keep) == "none")
        {
            throw new UsageException("--calibrate needs vectors that are kept, but --keep is none");
        }
    }

    /// <summary>Refuses options that say nothing to a model, to one that is given, or to a part.</summary>
    private void CheckParts(ParseResult parsed)
    {
        Option[] ofTraining = [_kind, _m, _ksub, _nlist, _train, _metric, _keep, _coarse, _anisotropic, _seed, .. _transform.All];
        Check(parsed.IsGiven(_model), ofTraining, "the model decides it");
        Check(parsed.GetValue(_trainOnly), [_model, _shard, _ids, _calibrate], "--train-only adds no vectors");
        Check(parsed.IsGiven(_shard), [_calibrate], "merging parts keeps no measurements");
        Check(!parsed.IsGiven(_shard), [_force], "only parts are left as they are (--shard)");

        void Check(bool applies, Option[] refused, string why)
        {
            if (applies && Array.Find(refused, option => parsed.IsGiven(option)) is { } option)
            {
                throw new UsageException($"{option.Name} is given, but {why}; leave it out");
            }
        }
    }
}
