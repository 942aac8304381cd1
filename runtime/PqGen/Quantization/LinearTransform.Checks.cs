namespace PqGen.Quantization;

/// <content>What a matrix is found to be.</content>
public sealed partial class LinearTransform
{
    /// <summary>
    /// Whether the transpose of A, or A where that has fewer rows than columns, leads random vectors back from where the other has led them: for a
    /// map that is not orthonormal, all of them by accident only.
    /// </summary>
    private bool LeadsBack()
    {
        const int Probes = 2;
        var (random, wide) = (new Random(InputDimension), InputDimension <= Dimension);
        var (inputs, outputs) = (new double[InputDimension], new double[Dimension]);
        var (there, back) = wide ? (outputs, inputs) : (inputs, outputs);
        var start = new double[back.Length];
        for (var probe = 0; probe < Probes && _panels is not null; probe++)
        {
            for (var d = 0; d < start.Length; d++)
            {
                start[d] = (2 * random.NextDouble()) - 1;
            }

            start.CopyTo(back, 0);
            Map(inputs, outputs, transposed: !wide);
            Map(inputs, outputs, transposed: wide);
            for (var d = 0; d < start.Length; d++)
            {
                if (!(Math.Abs(back[d] - start[d]) <= Tolerance))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Writes A x into the outputs, or its transpose's image of the outputs into the inputs.</summary>
    private void Map(double[] inputs, double[] outputs, bool transposed)
    {
        Array.Clear(transposed ? inputs : outputs);
        for (var j = 0; j < Dimension; j++)
        {
            var row = _matrix.AsSpan(j * InputDimension, InputDimension);
            for (var d = 0; d < row.Length; d++)
            {
                if (transposed)
                {
                    inputs[d] += row[d] * outputs[j];
                }
                else
                {
                    outputs[j] += row[d] * inputs[d];
                }
            }
        }
    }

    /// <summary>The largest sum of the magnitudes of a row of A.</summary>
    private double LargestSum()
    {
        var largest = 0d;
        for (var j = 0; j < Dimension; j++)
        {
            var sum = 0d;
            foreach (var entry in _matrix.AsSpan(j * InputDimension, InputDimension))
            {
                sum += Math.Abs(entry);
            }

            largest = Math.Max(largest, sum);
        }

        return largest;
    }
}
