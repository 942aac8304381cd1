using System.ComponentModel;

namespace PqGen.Kernels;

/// <summary>
/// Look-ups in whole rows of a byte table, for instruction sets whose registers hold them: rows of one, two or four parts of 64 entries.
/// </summary>
/// <typeparam name="TRegister">A register of codes.</typeparam>
/// <typeparam name="TPart">The register or registers that hold 64 entries.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IScanRows<TRegister, TPart>
    where TRegister : struct
    where TPart : struct
{
    /// <summary>The part of a row that begins so many bytes behind its first.</summary>
    static abstract TPart Load64(ref byte row, nuint offset);

    /// <summary>The entries of codes below 64.</summary>
    static abstract TRegister Lookup(TPart row0, TRegister codes);

    /// <summary>The entries of codes below 128.</summary>
    static abstract TRegister Lookup(TPart row0, TPart row1, TRegister codes);

    /// <summary>The entries of any codes.</summary>
    static abstract TRegister Lookup(TPart row0, TPart row1, TPart row2, TPart row3, TRegister codes);
}
