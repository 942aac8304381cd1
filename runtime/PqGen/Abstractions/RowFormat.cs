using System.Diagnostics.CodeAnalysis;

namespace PqGen;

/// <summary>How vectors are kept beside their codes, for re-ranking.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The formats are known by these names.")]
public enum RowFormat
{
    /// <summary>As they were added: 4 bytes a component.</summary>
    Float32 = 0,

    /// <summary>
    /// IEEE 754 half precision, 11 significant bits, times a power of two that each vector has for itself: 2 bytes a component and 2 a vector.
    /// Re-ranking orders nearly as float32 does.
    /// </summary>
    Float16 = 1,

    /// <summary>
    /// 8 bits a component, in steps of 1/127 of the vector's largest: 1 byte a component and 4 a vector. Where vectors lie far from zero, steps are
    /// those of their difference from the training vectors' mean. Under inner product and cosine steps are such that nothing is lost along a vector.
    /// Vectors of whole numbers from 0 to 255, or from -127 to 127, are kept as they are.
    /// </summary>
    Int8 = 2,

    /// <summary>
    /// Twice: as <see cref="Int8"/>, with which candidates are compared, and as <see cref="Float16"/>, with which the nearest of them are compared
    /// again (<see cref="SearchOptions.Refine"/>): 3 bytes a component and 6 a vector. In a mapped file the two lie apart: memory holds the first,
    /// and of the second the pages that are read, which the system can give to others.
    /// </summary>
    Int8Float16 = 3,
}
