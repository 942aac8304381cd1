namespace PqGen.Common;

/// <summary>Working memory that grows to what is asked of it and is used again.</summary>
internal static class WorkingMemory
{
    /// <summary>Makes sure that a buffer holds <paramref name="length"/> elements. Its contents may be lost.</summary>
    public static AlignedBuffer<T> Ensure<T>(ref AlignedBuffer<T> buffer, long length)
        where T : unmanaged
    {
        if (buffer.Length < length)
        {
            buffer = new AlignedBuffer<T>(length);
        }

        return buffer;
    }

    /// <summary>Makes sure that an array holds <paramref name="length"/> elements, and returns that many. Its contents may be lost.</summary>
    public static Span<T> Ensure<T>(ref T[] array, int length)
        where T : struct
    {
        if (array.Length < length)
        {
            array = new T[length];
        }

        return array.AsSpan(0, length);
    }
}
