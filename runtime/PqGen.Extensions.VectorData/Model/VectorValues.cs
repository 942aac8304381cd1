using Microsoft.Extensions.AI;

namespace PqGen.Extensions.VectorData.Model;

/// <summary>Vectors as records and callers hold them.</summary>
internal static class VectorValues
{
    public const string Supported = "ReadOnlyMemory<float>, float[], Embedding<float>";

    /// <summary>The largest magnitude of a component that an index takes.</summary>
    private const float MaxMagnitude = 1e15f;

    public static bool IsSupported(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) == typeof(ReadOnlyMemory<float>) || type == typeof(float[]) || type == typeof(Embedding<float>);

    /// <summary>The components of a vector; null where the value is no vector.</summary>
    public static ReadOnlyMemory<float>? Read(object? value) => value switch
    {
        ReadOnlyMemory<float> memory => memory,
        float[] array => array,
        Embedding<float> embedding => embedding.Vector,
        _ => (ReadOnlyMemory<float>?)null,
    };

    /// <summary>A vector as a property of this type holds it: memory of its own where the type lets its owner write to it.</summary>
    public static object As(Type type, float[] vector) =>
        type == typeof(float[]) ? vector.Clone()
        : type == typeof(Embedding<float>) ? new Embedding<float>(vector)
        : new ReadOnlyMemory<float>(vector);

    /// <summary>Refuses a vector of another length, or with a component that no index takes.</summary>
    /// <param name="vector">The components.</param>
    /// <param name="dimension">What the property says.</param>
    /// <param name="argument">The caller's argument.</param>
    /// <param name="what">Which vector of it, for a person to read.</param>
    public static void Check(ReadOnlySpan<float> vector, int dimension, string argument, string what)
    {
        if (vector.Length != dimension)
        {
            throw new ArgumentException($"{argument}: {what} has {vector.Length} components; it needs {dimension}.", argument);
        }

        for (var d = 0; d < vector.Length; d++)
        {
            if (!(MathF.Abs(vector[d]) <= MaxMagnitude))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{argument}: {what} has {vector[d]} at component {d}; ")
                    + "components need to be numbers of at most 1e15.",
                    argument);
            }
        }
    }
}
