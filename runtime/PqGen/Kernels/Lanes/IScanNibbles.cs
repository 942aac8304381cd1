using System.ComponentModel;

namespace PqGen.Kernels;

/// <summary>Look-ups in pairs of rows of 16 entries, one for each nibble of a code byte.</summary>
/// <typeparam name="TRegister">A register of codes.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IScanNibbles<TRegister>
    where TRegister : struct
{
    /// <summary>Entry <c>codes[l] &amp; 15</c> of a repeated row of 16, plus entry <c>codes[l] >> 4</c> of another, saturating.</summary>
    static abstract TRegister LookupNibbles(TRegister lowRow, TRegister highRow, TRegister codes);
}
