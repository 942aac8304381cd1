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
    public Engine(IndexShape shape, KernelPath path, TRoute route, TCode code, TrainedModel model)
        : base(shape, path)
    {
        (_route, _code, _keepsRows, Transform) = (route, code, model.KeepVectors && shape.HasCodes, model.Transform);
        _centroids = model.Exponent is { } scale and not 0 ? PowerOfTwoScale.Scaled(route.Centroids, -scale) : null;
        _snapshot = new Snapshot(
            0,
            default,
            0,
            new ListTable(code.Layout, route.NList),
            default,
            _keepsRows ? new KeptRows(new RowScheme(model.RowFormat, shape.InputDimension, shape.Metric, model.RowOrigin)) : null,
            model.Exponent);
    }

    internal override Snapshot? Current => Volatile.Read(ref _snapshot);

    internal override int NList => _route.IsInverted ? _route.NList : 0;

    internal override ReadOnlySpan<float> Centroids => _centroids ?? _route.Centroids;

    internal override ProductQuantizer? Quantizer => _code.Quantizer;

    internal override LinearTransform? Transform { get; }

    internal override bool CanRerank(Snapshot snapshot) => !Shape.HasCodes || snapshot.HasRows;

    internal override IndexMemory Memory
    {
        get
        {
            var model = _route.SizeInBytes + _code.SizeInBytes + (Transform?.SizeInBytes ?? 0);
            if (Current is not { } snapshot)
            {
                return new IndexMemory(model, 0, 0, 0);
            }

            var (payload, positions, mapped) = snapshot.Lists.SizeInBytes;
            return new IndexMemory(
                model + snapshot.Carried.SizeInBytes,
                Shape.HasCodes ? payload : 0,
                positions + _ids.SizeInBytes + _removals.SizeInBytes,
                Shape.HasCodes ? snapshot.Rows?.SizeInBytes ?? 0 : payload)
            {
                Scratch = _scratch.SizeInBytes,
                Mapped = mapped + _ids.MappedBytes + (snapshot.Rows?.MappedBytes ?? 0) + snapshot.Carried.MappedBytes,
            };
        }
    }

    internal override void Save(Snapshot snapshot, Stream stream, CancellationToken cancellation) =>
        IndexFileWriter.Write(stream, Saved(snapshot, cancellation), cancellation);

    /// <summary>What there is to write of a snapshot.</summary>
    private SavedIndex Saved(Snapshot snapshot, CancellationToken cancellation)
    {
        snapshot.Mapping?.CheckWhole(cancellation);

        // The file is that of an index from which nothing was removed, and whose positions are not its ids where something was.
        var hasGaps = snapshot.Removed.Count > 0;
        var header = new IndexHeader(Shape, NList, snapshot.Count, snapshot.Ids.IsOwn || hasGaps, !Shape.HasCodes || _keepsRows)
        {
            Added = snapshot.Added, DefaultNProbe = ChosenNProbe, Exponent = snapshot.Exponent, CoarseSearch = CoarseSearch,
            RowFormat = snapshot.Rows?.Format ?? RowFormat.Float32,
        };
        return new SavedIndex
        {
            Header = header,
            Transform = Transform,
            Centroids = () => _route.Centroids,
            Codebooks = () => _code.Codebooks,
            Derived = Derived?.Invoke(),
            Graph = _route.Graph,
            AnisotropicThreshold = AnisotropicThreshold,
            TermOrigin = TermOrigin,
            RowOrigin = snapshot.Rows?.Scheme.Origin ?? [],
            Parts =
            [
                new SavedVectors(
                    snapshot.Lists,
                    snapshot.Ids,
                    snapshot.Rows,
                    snapshot.Positions,
                    hasGaps ? new LivePositions(snapshot.Positions, snapshot.Removed) : null),
            ],
            Calibration = Calibration,
            Carried = snapshot.Carried,
        };
    }

    internal override void Release()
    {
        var old = _snapshot;
        lock (_lookup)
        {
            Volatile.Write(ref _snapshot, null);
            (_ids, _removals) = (new IdTable(), new Removals());
        }

        old?.Mapping?.File.LetGo();
        old?.Attached?.File?.LetGo();
        _scratch.Clear();
    }

    internal override void Load(LoadedIndex index)
    {
        _ids = index.Ids;
        Volatile.Write(
            ref _snapshot,
            new Snapshot((int)index.Header.Count, default, index.Header.Added, index.Lists!, _ids.View, index.Rows, index.Exponent)
            {
                Carried = index.Carried, Mapping = index.Mapping,
            });
    }
}
