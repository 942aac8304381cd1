using System.ComponentModel;

namespace PqGen.Kernels;

/// <summary>The vectors whose codes lie side by side in each run.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ICodeRuns
{
    /// <summary>Vectors, and the bytes from one run to the next.</summary>
    static abstract int Width { get; }
}

/// <summary>The runs of a tile.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct TileRuns : ICodeRuns
{
    /// <inheritdoc/>
    public static int Width => KernelLayout.TileStride;
}

/// <summary>The runs of a single block.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct BlockRuns : ICodeRuns
{
    /// <inheritdoc/>
    public static int Width => KernelLayout.BlockSize;
}
