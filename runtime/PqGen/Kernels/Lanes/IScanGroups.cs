using System.ComponentModel;

namespace PqGen.Kernels;

/// <summary>
/// Look-ups that bound a code by its group, <see cref="KernelLayout.BoundGroup"/> neighbours, in tables of 16 entries, repeated over a register: the
/// least entry of each group.
/// </summary>
/// <typeparam name="TRegister">A register of codes.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IScanGroups<TRegister>
    where TRegister : struct
{
    /// <summary>The least entries of the groups of codes below 128.</summary>
    static abstract TRegister LookupGroups(TRegister table, TRegister codes);

    /// <summary>The least entries of the groups of any codes.</summary>
    static abstract TRegister LookupGroups(TRegister table0, TRegister table1, TRegister codes);
}
