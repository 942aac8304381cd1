using PqGen.Common;
using PqGen.Quantization;

namespace PqGen.Storage.Files.Faiss;

/// <summary>
/// One transform of a FAISS file: vectors are divided by their lengths, or go through y = A x + b, where A is a matrix, a choice of components, or
/// nothing.
/// </summary>
/// <param name="InputDimension">Components of x.</param>
/// <param name="Dimension">Components of y.</param>
internal sealed record FaissTransform(int InputDimension, int Dimension)
{
    /// <summary>Whether vectors are divided by their lengths; then it does nothing else.</summary>
    public bool Normalizes { get; init; }

    /// <summary>A, float <c>[Dimension][InputDimension]</c>; empty where it is none.</summary>
    public float[] Matrix { get; init; } = [];

    /// <summary>For each component of y the one of x that it is, or less than 0 where it is 0; empty where A is a matrix or nothing.</summary>
    public int[] Components { get; init; } = [];

    /// <summary>b, float <c>[Dimension]</c>; empty for zeros.</summary>
    public float[] Bias { get; init; } = [];

    /// <summary>Whether components go where this library puts those that become more.</summary>
    private bool IsSpread => Components.Length > 0 && InputDimension <= Dimension
        && Components.AsSpan().SequenceEqual(Spread(InputDimension, Dimension));

    /// <summary>Which component of x each of y is where there is no matrix: component d is component floor(d * to / from).</summary>
    public static int[] Spread(int from, int to)
    {
        var components = new int[to];
        Array.Fill(components, -1);
        for (var d = 0; d < from; d++)
        {
            components[(int)((long)d * to / from)] = d;
        }

        return components;
    }

    /// <summary>What a chain of transforms, each of what the one before has made, does together.</summary>
    /// <param name="chain">The transforms.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="NotSupportedException">No map does the same; the message says why.</exception>
    public static FaissChain Compose(IReadOnlyList<FaissTransform> chain, CancellationToken cancellation)
    {
        var (whole, normalizes) = (default(FaissTransform), false);
        foreach (var next in chain)
        {
            if (next.Normalizes)
            {
                // It can be done first where lengths are what they were.
                CheckLengths(whole);
                normalizes = true;
            }
            else
            {
                whole = whole is null ? next : whole.Then(next, cancellation);
            }
        }

        if (normalizes)
        {
            CheckLengths(whole);
        }

        return new FaissChain(normalizes, whole?.Map());
    }

    private static void CheckLengths(FaissTransform? map)
    {
        if (map?.Map() is { } linear && (!linear.IsIsometric || linear.Bias.Length > 0))
        {
            throw new NotSupportedException("a normalization with a transform that changes the lengths of vectors");
        }
    }

    /// <summary>The map alone; null where it does nothing.</summary>
    private LinearTransform? Map()
    {
        var isSquare = InputDimension == Dimension;
        if (Matrix.Length == 0 && (Components.Length == 0 || (IsSpread && isSquare)) && Bias.Length == 0)
        {
            return null;
        }

        var matrix = Matrix.Length > 0 || Components.Length == 0 || IsSpread ? Matrix : Dense();
        return Guard.IndexOfNotFinite(matrix) >= 0 || Guard.IndexOfNotFinite(Bias, LinearTransform.MaxBias(InputDimension)) >= 0
            ? throw new NotSupportedException(Guard.Text($"a transform with numbers above {Guard.MaxMagnitude}"))
            : new LinearTransform(InputDimension, Dimension, matrix, Bias);
    }

    /// <summary>Both maps in one: A2 (A1 x + b1) + b2.</summary>
    private FaissTransform Then(FaissTransform next, CancellationToken cancellation)
    {
        var biases = Bias.Length == 0 ? [] : next.Times(Bias, 1, cancellation);
        biases = biases.Length == 0 ? next.Bias : next.Bias.Length == 0 ? biases : [.. biases.Zip(next.Bias, (one, other) => one + other)];
        if (Matrix.Length == 0 && Components.Length == 0)
        {
            return next with { Bias = biases };
        }

        return next.Matrix.Length == 0 && next.Components.Length == 0 ? this with { Bias = biases }
            : new FaissTransform(InputDimension, next.Dimension)
            {
                Matrix = next.Times(Matrix.Length > 0 ? Matrix : Dense(), InputDimension, cancellation), Bias = biases,
            };
    }

    /// <summary>A times a matrix, float <c>[InputDimension][columns]</c>, summed in double precision.</summary>
    private float[] Times(float[] matrix, int columns, CancellationToken cancellation)
    {
        if (Matrix.Length == 0 && Components.Length == 0)
        {
            return matrix;
        }

        var (product, sums) = (new float[Dimension * columns], new double[columns]);
        for (var j = 0; j < Dimension; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = product.AsSpan(j * columns, columns);
            if (Components.Length > 0)
            {
                var from = Components[j];
                (from < 0 ? new float[columns] : matrix.AsSpan(from * columns, columns)).CopyTo(row);
                continue;
            }

            Array.Clear(sums);
            for (var d = 0; d < InputDimension; d++)
            {
                var factor = (double)Matrix[(j * InputDimension) + d];
                var others = matrix.AsSpan(d * columns, columns);
                for (var c = 0; c < sums.Length; c++)
                {
                    sums[c] += factor * others[c];
                }
            }

            for (var c = 0; c < sums.Length; c++)
            {
                row[c] = (float)sums[c];
            }
        }

        return product;
    }

    /// <summary>The choice of components as a matrix of zeros and ones.</summary>
    private float[] Dense()
    {
        var matrix = new float[Dimension * InputDimension];
        for (var j = 0; j < Dimension; j++)
        {
            if (Components[j] is >= 0 and var d)
            {
                matrix[(j * InputDimension) + d] = 1;
            }
        }

        return matrix;
    }
}

/// <summary>What comes before an index in a FAISS file, in this library's terms.</summary>
/// <param name="Normalizes">Whether vectors are divided by their lengths.</param>
/// <param name="Map">The map that they then go through; null for none.</param>
internal readonly record struct FaissChain(bool Normalizes, LinearTransform? Map)
{
    /// <summary>Whether vectors are found behind the map as they would be before it, and it leads back.</summary>
    public bool CanBeUndone(bool isInnerProduct) =>
        Map is null || (Map.IsIsometric && Map.InputDimension == Map.Dimension && (Map.Bias.Length == 0 || !isInnerProduct));

    /// <summary>Rows from behind the map, float <c>[n][Dimension]</c>, as they were before it.</summary>
    public float[] Undo(float[] rows)
    {
        if (Map is null)
        {
            return rows;
        }

        var vector = new float[Map.InputDimension];
        for (var at = 0; at < rows.Length; at += vector.Length)
        {
            Map.Invert(rows.AsSpan(at, vector.Length), vector);
            vector.CopyTo(rows, at);
        }

        return rows;
    }
}
