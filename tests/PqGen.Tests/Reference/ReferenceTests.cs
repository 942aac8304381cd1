using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Tests.Reference;

/// <summary>From the reference design's codebooks come its codes, its neighbours (ties aside) and its distances (1e-4 relative).</summary>
[Trait("Category", "Kernels")]
public class ReferenceTests
{
    private const int K = 10;
    private const double Tolerance = 1e-4;

    public static TheoryData<ReferenceShape, bool> Shapes()
    {
        var data = new TheoryData<ReferenceShape, bool>();
        foreach (var shape in ReferenceShape.All)
        {
            data.Add(shape, false);
            data.Add(shape, true);
        }

        return data;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Exact_search(bool specialized)
    {
        VectorIndex index = specialized ? new ReferenceFlat() : GenericIndex.Flat(100);
        index.Add(ReferenceShape.Base);
        CheckNeighbors(index, default, ReferenceShape.Ints("flat_ids"), ReferenceShape.Floats("flat_dist"));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Pq_encodes_tabulates_and_sums(ReferenceShape shape, bool specialized)
    {
        var codebooks = shape.Read("pq_codebooks");
        if (!specialized)
        {
            CheckQuantizer(GenericIndex.FromModel(IndexShape.Pq(100, shape.M, shape.Ksub), default, codebooks).Quantizer, shape);
            return;
        }

        switch (shape.Name)
        {
            case "m10_k16": CheckQuantizer(ReferencePq10.FromCodebooks(codebooks).Quantizer, shape); break;
            case "m20_k256": CheckQuantizer(ReferencePq20.FromCodebooks(codebooks).Quantizer, shape); break;
            default: CheckQuantizer(ReferencePq25.FromCodebooks(codebooks).Quantizer, shape); break;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Ivf(ReferenceShape shape, bool specialized)
    {
        var centroids = shape.Read("ivf_centroids");
        VectorIndex index = specialized ? ReferenceIvfFlat.FromCentroids(centroids) : GenericIndex.FromModel(
            IndexShape.IvfFlat(100), centroids, default);
        index.Add(ReferenceShape.Base);
        CheckNeighbors(index, new SearchOptions { NProbe = shape.NProbe }, shape.ReadInts("ivf_ids"), null);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Ivfpq_on_residuals(ReferenceShape shape, bool specialized)
    {
        var (centroids, codebooks) = (shape.Read("centroids"), shape.Read("codebooks"));
        VectorIndex index = (specialized, shape.Name) switch
        {
            (false, _) => GenericIndex.FromModel(IndexShape.IvfPq(100, shape.M, shape.Ksub), centroids, codebooks),
            (_, "m10_k16") => ReferenceIvfPq10.FromCodebooks(centroids, codebooks),
            (_, "m20_k256") => ReferenceIvfPq20.FromCodebooks(centroids, codebooks),
            _ => ReferenceIvfPq25.FromCodebooks(centroids, codebooks),
        };
        index.Add(ReferenceShape.Base);
        foreach (var scan in new[] { ScanKind.Fast, ScanKind.Plain })
        {
            CheckNeighbors(index, new SearchOptions { NProbe = shape.NProbe, Scan = scan }, shape.ReadInts("ivfpq_ids"), shape.Read("ivfpq_dist"));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Ivfpq_assigns_and_encodes_residuals(ReferenceShape shape, bool specialized)
    {
        // Assignment and residual encoding, from the same centroids and codebooks.
        var (centroids, codebooks) = (shape.Read("centroids"), shape.Read("codebooks"));
        var assign = shape.ReadInts("assign");
        var residuals = new float[ReferenceShape.Base.Length];
        for (var i = 0; i < residuals.Length; i++)
        {
            residuals[i] = ReferenceShape.Base[i] - centroids[((int)assign[i / 100] * 100) + (i % 100)];
        }

        var codes = new byte[4000 * shape.M];
        if (specialized && shape.Name == "m20_k256")
        {
            ReferencePq20.FromCodebooks(codebooks).Quantizer.Encode(residuals, codes);
        }
        else
        {
            GenericIndex.FromModel(IndexShape.Pq(100, shape.M, shape.Ksub), default, codebooks).Quantizer.Encode(residuals, codes);
        }

        CheckCodes(shape.ReadInts("codes"), codes, residuals, codebooks, shape);
    }

    private static void CheckQuantizer(ProductQuantizer quantizer, ReferenceShape shape)
    {
        var codes = new byte[4000 * shape.M];
        quantizer.Encode(ReferenceShape.Base, codes);
        CheckCodes(shape.ReadInts("pq_codes"), codes, ReferenceShape.Base, shape.Read("pq_codebooks"), shape);

        var (tables, adc) = (shape.Read("pq_table"), shape.Read("pq_adc"));
        var (table, distances) = (new float[shape.M * shape.Ksub], new float[4000]);
        var referenceCodes = Array.ConvertAll(shape.ReadInts("pq_codes"), code => (byte)code);
        for (var q = 0; q < adc.Length / 4000; q++)
        {
            quantizer.DistanceTable(ReferenceShape.Queries.AsSpan(q * 100, 100), table);
            CheckClose(tables.AsSpan(q * table.Length, table.Length), table);
            quantizer.AdcDistances(table, referenceCodes, distances);
            CheckClose(adc.AsSpan(q * 4000, 4000), distances);
        }

        var decoded = new float[ReferenceShape.Base.Length];
        quantizer.Decode(referenceCodes, decoded);
        var (dsub, i0) = (100 / shape.M, 1234);
        for (var m = 0; m < shape.M; m++)
        {
            var k = referenceCodes[(i0 * shape.M) + m];
            Assert.Equal(
                shape.Read("pq_codebooks").AsSpan(((m * shape.Ksub) + k) * dsub, dsub).ToArray(),
                decoded.AsSpan((i0 * 100) + (m * dsub), dsub).ToArray());
        }
    }

    /// <summary>Codes agree, but for sub-vectors as near to one sub-centroid as to another.</summary>
    private static void CheckCodes(long[] expected, byte[] codes, float[] vectors, float[] codebooks, ReferenceShape shape)
    {
        var dsub = 100 / shape.M;
        double Distance(int i, int m, long k)
        {
            double sum = 0;
            for (var d = 0; d < dsub; d++)
            {
                var difference = (double)vectors[(i * 100) + (m * dsub) + d] - codebooks[(((m * shape.Ksub) + (int)k) * dsub) + d];
                sum += difference * difference;
            }

            return sum;
        }

        Assert.Equal(expected.Length, codes.Length);
        for (var at = 0; at < codes.Length; at++)
        {
            if (codes[at] != expected[at])
            {
                var (i, m) = (at / shape.M, at % shape.M);
                Assert.Equal(Distance(i, m, expected[at]), Distance(i, m, codes[at]), 1e-6);
            }
        }
    }

    private static void CheckClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - found[i]) <= Tolerance * Math.Abs(expected[i]) + 1e-6, $"{i}: {expected[i]} expected, {found[i]} found");
        }
    }

    /// <summary>Ids agree place by place, but where the reference itself has distances as close as rounding.</summary>
    private static void CheckNeighbors(VectorIndex index, SearchOptions options, long[] ids, float[]? distances)
    {
        var results = new Neighbor[K];
        for (var q = 0; q < ReferenceShape.QueryCount; q++)
        {
            Assert.Equal(K, index.Search(ReferenceShape.Queries.AsSpan(q * 100, 100), results, options));
            for (var i = 0; i < K; i++)
            {
                var at = (q * K) + i;
                if (distances is not null)
                {
                    Assert.True(
                        Math.Abs(distances[at] - results[i].Distance) <= Tolerance * distances[at],
                        $"query {q}, place {i}: {distances[at]} expected, {results[i].Distance} found");
                }

                if (ids[at] != results[i].Id)
                {
                    var tie = Array.FindIndex(results, neighbor => neighbor.Id == ids[at]);
                    var other = tie >= 0 ? results[tie].Distance : results[K - 1].Distance;
                    Assert.True(
                        Math.Abs(other - results[i].Distance) <= 1e-5 * other,
                        $"query {q}, place {i}: id {ids[at]} expected, {results[i].Id} found, and their distances differ");
                }
            }
        }
    }
}
