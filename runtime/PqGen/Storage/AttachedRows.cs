using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;

namespace PqGen.Storage;

/// <summary>Rows of the caller's by position as one reader sees them, in the units of the index.</summary>
/// <param name="rows">The rows by id.</param>
/// <param name="ids">From positions to ids.</param>
/// <param name="dimension">Components of a row.</param>
/// <param name="isNormalized">Whether the index computes with vectors of length 1.</param>
/// <param name="exponent">Else: it computes with the caller's times two to this.</param>
internal readonly struct AttachedRowView(VectorRows rows, IdView ids, int dimension, bool isNormalized, int exponent) : IRowView
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int position) => rows.Prefetch(ids[position]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float At(int position, ref float memory)
    {
        Read(ids[position], MemoryMarshal.CreateSpan(ref memory, dimension));
        return ref memory;
    }

    /// <summary>Reads the row of an id.</summary>
    public void Read(long id, Span<float> vector)
    {
        rows.Read(id, vector);
        if (isNormalized)
        {
            VectorMath.Normalize(vector, dimension, vector);
        }
        else
        {
            PowerOfTwoScale.ApplyInPlace(vector, exponent);
        }
    }
}
