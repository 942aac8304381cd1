using System.Runtime.InteropServices;
using PqGen.Quantization;

namespace PqGen.Storage.Files.Faiss;

/// <content>What vectors go through before they come to the index.</content>
internal sealed partial class FaissWriter
{
    /// <summary>FAISS's transforms that do what comes before codes.</summary>
    private int TransformCount => index.Transform is not { } map ? 0 : !map.Matrix.IsEmpty ? 1 : (Spreads(map) ? 1 : 0) + (map.Bias.IsEmpty ? 0 : 1);

    private static bool Spreads(LinearTransform map) => map.InputDimension != map.Dimension;

    private void BeginTransforms(int count)
    {
        Begin("IxPT");
        Write(count);
    }

    private void EndTransform(int from, int to)
    {
        Write(from);
        Write(to);
        Write((byte)1);
    }

    /// <summary>
    /// A matrix is a LinearTransform; without one components are added by a RemapDimensionsTransform, and a mean is a CenteringTransform.
    /// </summary>
    private void WriteTransform(LinearTransform map)
    {
        if (!map.Matrix.IsEmpty)
        {
            FourCc("LTra");
            Write((byte)(map.Bias.IsEmpty ? 0 : 1));
            Write((long)map.Matrix.Length);
            stream.Write(MemoryMarshal.AsBytes(map.Matrix));
            Write((long)map.Bias.Length);
            WriteUnscaled(map.Bias);
            EndTransform(map.InputDimension, map.Dimension);
            return;
        }

        if (Spreads(map))
        {
            FourCc("RmDT");
            Write((long)map.Dimension);
            foreach (var component in FaissTransform.Spread(map.InputDimension, map.Dimension))
            {
                Write(component);
            }

            EndTransform(map.InputDimension, map.Dimension);
        }

        if (!map.Bias.IsEmpty)
        {
            FourCc("VCnt");
            Write((long)map.Dimension);
            WriteUnscaled(Array.ConvertAll(map.Bias.ToArray(), component => -component));
            EndTransform(map.Dimension, map.Dimension);
        }
    }
}
