using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>Which kernels an index runs on.</summary>
internal enum KernelKind
{
    /// <summary>Generated for the sizes, as in the user's own program.</summary>
    Specialized,

    /// <summary>The run-time-sized twin.</summary>
    Generic,
}

/// <summary>Trains an IVFPQ index.</summary>
internal delegate VectorIndex Trainer(ReadOnlySpan<float> vectors, TrainingOptions? options);

/// <summary>Opens an index file.</summary>
internal delegate VectorIndex Opener(string path);

/// <summary>Gives the trainer for sizes and kernels.</summary>
internal static class IndexFactory
{
    /// <summary>The words of --kernels, the default first.</summary>
    public static string[] KernelWords { get; } = ["specialized", "generic"];

    /// <summary>The kind that a word of --kernels stands for.</summary>
    public static KernelKind Kind(string word) => word == KernelWords[0] ? KernelKind.Specialized : KernelKind.Generic;

    /// <summary>A trainer; for specialized kernels it compiles the declaration first.</summary>
    public static Trainer Trainer(IndexShape shape, KernelKind kernels, ProgressView progress) => kernels switch
    {
        KernelKind.Specialized => progress.Run("compiling the kernels", _ => SpecializedIndex.CompileTrain(shape)).Result,
        _ => (vectors, options) => GenericIndex.Train(shape, vectors, options),
    };

    /// <summary>Opens an index file; for specialized kernels it compiles the declaration first.</summary>
    public static VectorIndex Open(string path, KernelKind kernels, ProgressView progress)
    {
        Opener open = VectorIndex.Open;
        if (kernels == KernelKind.Specialized && VectorIndex.Inspect(path).Shape is { IsDeclarable: true } shape)
        {
            open = progress.Run("compiling the kernels", _ => SpecializedIndex.CompileOpen(shape)).Result;
        }

        return progress.Run("opening the index", _ => open(path)).Result;
    }

    /// <summary>The exact index that gives the true neighbours.</summary>
    public static VectorIndex Exact(VectorMatrix vectors, Metric metric)
    {
        var exact = GenericIndex.Train(IndexShape.Flat(vectors.Dimension) with { Metric = metric }, vectors.Values);
        exact.Add(vectors.Values);
        return exact;
    }
}
