using PqGen.Kernels;
using PqGen.Storage.Files;

namespace PqGen;

/// <summary>Exact k nearest neighbours for a dimension known at run time; the twin of a <see cref="FlatIndexAttribute"/> class.</summary>
/// <param name="dimension">Components of a vector, 1 to 4096.</param>
public sealed class GenericFlatIndex(int dimension) : FlatIndex<GenericKernels>(new GenericKernels(dimension))
{
    /// <summary>Opens a file of any sizes that an index of this kind saved.</summary>
    /// <exception cref="IndexFileException">The file is damaged, or holds an index of another kind.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GenericFlatIndex Open(string path)
    {
        using var reader = IndexFileReader.Open(path);
        reader.CheckKind(nameof(GenericFlatIndex), IndexFileKind.Flat);
        return OpenFile(new GenericKernels(reader.Header.Dimension), reader, () => new GenericFlatIndex(reader.Header.Dimension));
    }
}

/// <summary>An inverted file for a dimension known at run time; the twin of an <see cref="IvfFlatIndexAttribute"/> class.</summary>
public sealed class GenericIvfFlatIndex : IvfFlatIndex<GenericKernels>
{
    private GenericIvfFlatIndex(GenericKernels kernels, TrainedModel model)
        : base(kernels, model)
    {
    }

    /// <summary>Trains an empty index. See the generated factories for what is checked.</summary>
    /// <param name="dimension">Components of a vector, 1 to 4096.</param>
    /// <param name="vectors">float <c>[n][dimension]</c>, row-major, finite.</param>
    /// <param name="options">Options of training.</param>
    public static GenericIvfFlatIndex Train(int dimension, ReadOnlySpan<float> vectors, TrainingOptions? options = null)
    {
        var kernels = new GenericKernels(dimension);
        return new GenericIvfFlatIndex(kernels, TrainModel(kernels, vectors, options));
    }

    /// <summary>An empty index with given centroids, float <c>[nlist][dimension]</c>.</summary>
    public static GenericIvfFlatIndex FromCentroids(int dimension, ReadOnlySpan<float> centroids)
    {
        var kernels = new GenericKernels(dimension);
        return new GenericIvfFlatIndex(kernels, ModelFromCentroids(kernels, centroids));
    }

    /// <summary>Opens a file of any sizes that an index of this kind saved.</summary>
    /// <exception cref="IndexFileException">The file is damaged, or holds an index of another kind.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GenericIvfFlatIndex Open(string path)
    {
        using var reader = IndexFileReader.Open(path);
        reader.CheckKind(nameof(GenericIvfFlatIndex), IndexFileKind.IvfFlat);
        var kernels = new GenericKernels(reader.Header.Dimension);
        return OpenFile(kernels, reader, model => new GenericIvfFlatIndex(kernels, model));
    }
}

/// <summary>A product-quantized index for sizes known at run time; the twin of a <see cref="PqIndexAttribute"/> class.</summary>
public sealed class GenericPqIndex : PqIndex<GenericKernels>
{
    private GenericPqIndex(GenericKernels kernels, TrainedModel model)
        : base(kernels, model)
    {
    }

    /// <summary>Trains an empty index. See the generated factories for what is checked.</summary>
    /// <param name="dimension">Components of a vector, 1 to 4096, divisible by m.</param>
    /// <param name="m">Sub-quantizers, 1 to 256.</param>
    /// <param name="ksub">Centroids of each, 2 to 256.</param>
    /// <param name="vectors">float <c>[n][dimension]</c>, row-major, finite, ksub or more.</param>
    /// <param name="options">Options of training.</param>
    public static GenericPqIndex Train(int dimension, int m, int ksub, ReadOnlySpan<float> vectors, TrainingOptions? options = null)
    {
        var kernels = new GenericKernels(dimension, m, ksub);
        return new GenericPqIndex(kernels, TrainModel(kernels, vectors, options));
    }

    /// <summary>An empty index with given codebooks, float <c>[m][ksub][dimension / m]</c>.</summary>
    public static GenericPqIndex FromCodebooks(int dimension, int m, int ksub, ReadOnlySpan<float> codebooks, bool keepVectors = true)
    {
        var kernels = new GenericKernels(dimension, m, ksub);
        return new GenericPqIndex(kernels, ModelFromCodebooks(kernels, codebooks, keepVectors));
    }

    /// <summary>Opens a file of any sizes that an index of this kind saved.</summary>
    /// <exception cref="IndexFileException">The file is damaged, or holds an index of another kind.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GenericPqIndex Open(string path)
    {
        using var reader = IndexFileReader.Open(path);
        reader.CheckKind(nameof(GenericPqIndex), IndexFileKind.Pq);
        var kernels = new GenericKernels(reader.Header.Dimension, reader.Header.M, reader.Header.Ksub);
        return OpenFile(kernels, reader, model => new GenericPqIndex(kernels, model));
    }
}

/// <summary>An IVFPQ index for sizes known at run time; the twin of an <see cref="IvfPqIndexAttribute"/> class.</summary>
public sealed class GenericIvfPqIndex : IvfPqIndex<GenericKernels>
{
    private GenericIvfPqIndex(GenericKernels kernels, TrainedModel model)
        : base(kernels, model)
    {
    }

    /// <summary>Trains an empty index. See the generated factories for what is checked.</summary>
    /// <param name="dimension">Components of a vector, 1 to 4096, divisible by m.</param>
    /// <param name="m">Sub-quantizers, 1 to 256.</param>
    /// <param name="ksub">Centroids of each, 2 to 256.</param>
    /// <param name="vectors">float <c>[n][dimension]</c>, row-major, finite, at least ksub and NList.</param>
    /// <param name="options">Options of training.</param>
    public static GenericIvfPqIndex Train(int dimension, int m, int ksub, ReadOnlySpan<float> vectors, TrainingOptions? options = null)
    {
        var kernels = Kernels(dimension, m, ksub);
        return new GenericIvfPqIndex(kernels, TrainModel(kernels, vectors, options));
    }

    /// <summary>An empty index with given centroids, float <c>[nlist][dimension]</c>, and codebooks, float <c>[m][ksub][dimension / m]</c>.</summary>
    public static GenericIvfPqIndex FromCodebooks(int dimension, int m, int ksub, ReadOnlySpan<float> centroids, ReadOnlySpan<float> codebooks, bool keepVectors = true)
    {
        var kernels = Kernels(dimension, m, ksub);
        return new GenericIvfPqIndex(kernels, ModelFromCodebooks(kernels, centroids, codebooks, keepVectors));
    }

    /// <summary>Opens a file of any sizes that an index of this kind saved.</summary>
    /// <exception cref="IndexFileException">The file is damaged, or holds an index of another kind.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GenericIvfPqIndex Open(string path)
    {
        using var reader = IndexFileReader.Open(path);
        reader.CheckKind(nameof(GenericIvfPqIndex), IndexFileKind.IvfPq);
        var kernels = Kernels(reader.Header.Dimension, reader.Header.M, reader.Header.Ksub);
        return OpenFile(kernels, reader, model => new GenericIvfPqIndex(kernels, model));
    }

    private static GenericKernels Kernels(int dimension, int m, int ksub) => new(dimension, m, ksub, KernelLayout.MaxByteSumWithTerms);
}
