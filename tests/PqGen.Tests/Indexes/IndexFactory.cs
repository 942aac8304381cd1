namespace PqGen.Tests.Indexes;

/// <summary>
/// How tests make an index, whatever its kind and kernels. A generated class joins every test by one more factory in
/// <see cref="Generated"/>.
/// </summary>
/// <param name="Name">What a test prints.</param>
/// <param name="Kind">The kind of index.</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="M">Sub-quantizers; 0 without codes.</param>
/// <param name="Ksub">Centroids of each; 0 without codes.</param>
/// <param name="Train">Trains an empty index.</param>
/// <param name="Open">Opens a file of such an index, mapped.</param>
public sealed record IndexFactory(
    string Name, IndexKind Kind, int Dimension, int M, int Ksub, Func<float[], TrainingOptions, VectorIndex> Train, Func<string, VectorIndex> Open)
{
    /// <summary>Reads a file of such an index.</summary>
    public Func<string, VectorIndex> Read { get; init; } = path => VectorIndex.Open(path, mapped: false);

    /// <summary>Loads such an index from a stream.</summary>
    public Func<Stream, VectorIndex> Load { get; init; } = stream => VectorIndex.Load(stream);

    /// <summary>Generated classes.</summary>
    public static IndexFactory[] Generated { get; } =
    [
        Flat(30).As(nameof(SmallFlat), (_, _) => new SmallFlat(), SmallFlat.Open) with
        {
            Read = path => SmallFlat.Open(path, mapped: false),
            Load = stream => SmallFlat.Load(stream),
        },
        IvfFlat(33).As(nameof(SmallIvfFlat), (vectors, options) => SmallIvfFlat.Train(vectors, options), SmallIvfFlat.Open) with
        {
            Read = path => SmallIvfFlat.Open(path, mapped: false),
            Load = stream => SmallIvfFlat.Load(stream),
        },
        Pq(21, 7, 16).As(nameof(PackedPq), (vectors, options) => PackedPq.Train(vectors, options), PackedPq.Open) with
        {
            Read = path => PackedPq.Open(path, mapped: false),
            Load = stream => PackedPq.Load(stream),
        },
        Pq(7, 1, 17).As(nameof(SinglePq), (vectors, options) => SinglePq.Train(vectors, options), SinglePq.Open) with
        {
            Read = path => SinglePq.Open(path, mapped: false),
        },
        IvfPq(40, 10, 256).As(nameof(ByteIvfPq), (vectors, options) => ByteIvfPq.Train(vectors, options), ByteIvfPq.Open) with
        {
            Read = path => ByteIvfPq.Open(path, mapped: false),
            Load = stream => ByteIvfPq.Load(stream),
        },
        IvfPq(18, 9, 11).As(nameof(OddPackedIvfPq), (vectors, options) => OddPackedIvfPq.Train(vectors, options), OddPackedIvfPq.Open) with
        {
            Read = path => OddPackedIvfPq.Open(path, mapped: false),
        },
        IvfPq(30, 3, 129).As(nameof(WideIvfPq), (vectors, options) => WideIvfPq.Train(vectors, options), WideIvfPq.Open) with
        {
            Read = path => WideIvfPq.Open(path, mapped: false),
        },
        IvfPq(64, 16, 64).As(nameof(Vbmi64IvfPq), (vectors, options) => Vbmi64IvfPq.Train(vectors, options), Vbmi64IvfPq.Open) with
        {
            Read = path => Vbmi64IvfPq.Open(path, mapped: false),
        },
        Flat(30).Under(Metric.Cosine).As(nameof(CosineFlat), (_, _) => new CosineFlat(), CosineFlat.Open) with
        {
            Read = path => CosineFlat.Open(path, mapped: false),
        },
        IvfFlat(33).Under(Metric.InnerProduct).As(
            nameof(ProductIvfFlat), (vectors, options) => ProductIvfFlat.Train(vectors, options), ProductIvfFlat.Open) with
        {
            Read = path => ProductIvfFlat.Open(path, mapped: false),
        },
        Pq(21, 7, 16).Under(Metric.InnerProduct).As(
            nameof(ProductPq), (vectors, options) => ProductPq.Train(vectors, options), ProductPq.Open) with
        {
            Read = path => ProductPq.Open(path, mapped: false),
        },
        IvfPq(40, 10, 256).Under(Metric.InnerProduct).As(
            nameof(ProductIvfPq), (vectors, options) => ProductIvfPq.Train(vectors, options), ProductIvfPq.Open) with
        {
            Read = path => ProductIvfPq.Open(path, mapped: false),
        },
        IvfPq(18, 9, 11).Under(Metric.Cosine).As(
            nameof(CosineIvfPq), (vectors, options) => CosineIvfPq.Train(vectors, options), CosineIvfPq.Open) with
        {
            Read = path => CosineIvfPq.Open(path, mapped: false),
        },
    ];

    /// <summary>Indexes in front of which something stands: rotations, a mean, added components.</summary>
    public static IndexFactory[] Transformed { get; } =
    [
        Pq(24, 6, 37).With(TransformKind.Opq), IvfPq(18, 9, 11).With(TransformKind.Opq),
        Generic(IndexShape.IvfPq(20, 5, 33, Metric.InnerProduct) with { InputDimension = 18 }).With(TransformKind.Opq),
        IvfPq(18, 6, 16).Under(Metric.Cosine).With(TransformKind.Opq),
        Generic(IndexShape.IvfPq(40, 10, 256) with { InputDimension = 37 }).With(TransformKind.Mean),
        Generic(IndexShape.Pq(21, 7, 16, Metric.Cosine) with { InputDimension = 19 }),
        Generic(IndexShape.IvfPq(24, 8, 17) with { InputDimension = 19 }).With(TransformKind.Opq).As(
            nameof(PaddedIvfPq), (vectors, options) => PaddedIvfPq.Train(vectors, options with { Transform = TransformKind.Opq }), PaddedIvfPq.Open),
    ];

    /// <summary>Indexes of every kind, packed codes and odd sizes among them, and of every metric: first the generic ones.</summary>
    public static IndexFactory[] All { get; } =
    [
        Flat(30), IvfFlat(33), Pq(24, 6, 256), Pq(21, 7, 16), IvfPq(40, 10, 256), IvfPq(30, 3, 129), IvfPq(18, 9, 11),
        Flat(30).Under(Metric.InnerProduct), IvfFlat(33).Under(Metric.InnerProduct),
        Pq(21, 7, 16).Under(Metric.InnerProduct), IvfPq(40, 10, 256).Under(Metric.InnerProduct),
        Flat(30).Under(Metric.Cosine), IvfFlat(33).Under(Metric.Cosine),
        Pq(24, 6, 256).Under(Metric.Cosine), IvfPq(18, 9, 11).Under(Metric.Cosine),
        .. Transformed, .. Generated,
    ];

    public static TheoryData<IndexFactory> Every => [.. All];

    /// <summary>Those in which no vector is nearer to another than that is to itself: a longer one may be, and so may a code, by its
    /// length.</summary>
    public static TheoryData<IndexFactory> NearestToItself =>
        [.. All.Where(factory => factory.Metric == Metric.SquaredL2 || (factory.Metric == Metric.Cosine && !factory.HasCodes))];

    public static TheoryData<IndexFactory> WithLists => [.. All.Where(factory => factory.HasLists)];

    public static TheoryData<IndexFactory> WithCodes => [.. All.Where(factory => factory.HasCodes)];

    /// <summary>What a distance means.</summary>
    public Metric Metric { get; init; }

    /// <summary>What training puts before the codes.</summary>
    public TransformKind Transform { get; init; }

    /// <summary>Components that codes stand for, where zeros are added; else 0.</summary>
    public int PaddedDimension { get; init; }

    /// <summary>Components that codes stand for.</summary>
    private int KernelDimension => PaddedDimension == 0 ? Dimension : PaddedDimension;

    /// <summary>Kind, sizes and metric.</summary>
    public IndexShape Shape => (Kind switch
    {
        IndexKind.Flat => IndexShape.Flat(Dimension),
        IndexKind.IvfFlat => IndexShape.IvfFlat(Dimension),
        IndexKind.Pq => IndexShape.Pq(KernelDimension, M, Ksub),
        _ => IndexShape.IvfPq(KernelDimension, M, Ksub),
    }) with { Metric = Metric, InputDimension = Dimension };

    /// <summary>The generic index of the same sizes and metric.</summary>
    public IndexFactory Twin => Generic(Shape).With(Transform);

    public bool HasLists => Kind is IndexKind.IvfFlat or IndexKind.IvfPq;

    public bool HasCodes => Kind is IndexKind.Pq or IndexKind.IvfPq;

    public static IndexFactory Flat(int dimension) => Generic(IndexShape.Flat(dimension));

    public static IndexFactory IvfFlat(int dimension) => Generic(IndexShape.IvfFlat(dimension));

    public static IndexFactory Pq(int dimension, int m, int ksub) => Generic(IndexShape.Pq(dimension, m, ksub));

    public static IndexFactory IvfPq(int dimension, int m, int ksub) => Generic(IndexShape.IvfPq(dimension, m, ksub));

    /// <summary>The generic index of a shape.</summary>
    public static IndexFactory Generic(IndexShape shape) => new(
        shape.ToString(),
        shape.Kind,
        shape.InputDimension,
        shape.M,
        shape.Ksub,
        (vectors, options) => shape.Kind == IndexKind.Flat
            ? GenericIndex.FromModel(shape, default, default)
            : GenericIndex.Train(shape, vectors, options),
        VectorIndex.Open) { Metric = shape.Metric, PaddedDimension = shape.InputDimension == shape.Dimension ? 0 : shape.Dimension };

    /// <summary>The generic index of the same sizes under a metric.</summary>
    public IndexFactory Under(Metric metric) => Generic(Shape with { Metric = metric });

    /// <summary>The generic index of the same sizes behind a transform.</summary>
    public IndexFactory With(TransformKind transform)
    {
        var train = Train;
        return transform == TransformKind.None ? this : this with
        {
            Name = $"{Name} {transform}",
            Transform = transform,
            Train = (vectors, options) => train(vectors, options with { Transform = transform }),
        };
    }

    /// <summary>The same, whose searches find lists in some way.</summary>
    public IndexFactory Finding(CoarseSearch search) =>
        this with { Name = $"{Name} by {search}", Train = (vectors, options) => Train(vectors, options with { CoarseSearch = search }) };

    /// <summary>The factory of a generated class with these sizes.</summary>
    public IndexFactory As(string name, Func<float[], TrainingOptions, VectorIndex> train, Func<string, VectorIndex> open) =>
        this with { Name = name, Train = train, Open = open };

    /// <summary>A small index, quickly trained on the vectors and holding them; with ids of its own where given.</summary>
    public VectorIndex Build(
        float[] vectors, int nlist = 12, bool keepVectors = true, long[]? ids = null, RowFormat format = RowFormat.Float32)
    {
        var options = new TrainingOptions
        {
            NList = nlist, Iterations = 3, CoarseIterations = 3, KeepVectors = keepVectors, RowFormat = format, Threads = 1,
        };
        var index = Train(vectors, options);
        if (ids is null)
        {
            index.Add(vectors, threads: 1);
        }
        else
        {
            index.Add(ids, vectors, threads: 1);
        }

        return index;
    }

    /// <summary>The options worth testing on this kind of index.</summary>
    public IEnumerable<SearchOptions> Options(int nlist = 12)
    {
        yield return default;
        foreach (var scan in HasCodes ? new[] { ScanKind.Fast, ScanKind.Plain } : [ScanKind.Fast])
        {
            yield return new SearchOptions { Scan = scan, NProbe = HasLists ? nlist : 1 };
            yield return new SearchOptions { Scan = scan, NProbe = 1, EnsureK = true };
            yield return new SearchOptions { Scan = scan, NProbe = HasLists ? nlist / 3 : 0, Rerank = 50 };
            yield return new SearchOptions { Scan = scan, NProbe = 1, Rerank = 20, EnsureK = true };
        }
    }

    public override string ToString() => Name;
}
