using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace PqGen.Kernels;

/// <summary>
/// The operations of the fast scan on one register width. A register holds bytes, or the same bits seen as 16-bit words: word
/// l holds the bytes of vectors 2l (low) and 2l + 1 (high).
/// </summary>
/// <typeparam name="TRegister">The register.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IScanLanes<TRegister>
    where TRegister : struct
{
    /// <summary>Bytes of a register.</summary>
    static abstract int Width { get; }

    /// <summary>As many bytes as a register holds.</summary>
    static abstract TRegister Load(ref byte source);

    /// <summary>Writes a register.</summary>
    static abstract void Store(TRegister bytes, ref byte destination);

    /// <summary>The 16 bytes that begin so many behind a row's first, repeated over the register.</summary>
    static abstract TRegister Load16(ref byte row, nuint offset);

    /// <summary>A word in every place.</summary>
    static abstract TRegister CreateWords(int value);

    /// <summary>A byte in every place.</summary>
    static abstract TRegister CreateBytes(int value);

    /// <summary>Sums of bytes, saturating.</summary>
    static abstract TRegister AddBytes(TRegister left, TRegister right);

    /// <summary>Sums of words, in which the bytes of two neighbours count as one word.</summary>
    static abstract TRegister AddWords(TRegister left, TRegister right);

    /// <summary>Sums of words and of the high bytes of other words.</summary>
    static abstract TRegister AddHighBytes(TRegister left, TRegister right);

    /// <summary>The low byte of each word.</summary>
    static abstract TRegister LowBytes(TRegister words);

    /// <summary>The high byte of each word.</summary>
    static abstract TRegister HighBytes(TRegister words);

    /// <summary>words - (highBytes &lt;&lt; 8): what the low bytes of the words have summed to.</summary>
    static abstract TRegister LowSums(TRegister words, TRegister highBytes);

    /// <summary>sums + ((terms * factor) >> 16), saturating.</summary>
    static abstract TRegister AddTerms(TRegister sums, TRegister terms, TRegister factor);

    /// <summary>One bit for each byte: whether it is at most the limit.</summary>
    static abstract ulong AtMost(TRegister bytes, TRegister limit);

    /// <summary>One bit for each vector, in order: whether its word, of the even vectors or of the odd ones, is at most the limit.</summary>
    static abstract ulong AtMost(TRegister evens, TRegister odds, TRegister limit);
}
