using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>Points are assigned in pieces: blocks of centroids, chunks of points. Pieces are small, and change no bit.</summary>
public class AssignmentTests
{
    [Theory]
    [InlineData(1, 1, 5)]
    [InlineData(3, 70_000, 40)]
    [InlineData(100, 2_003, 1_500)]
    [InlineData(100, 640, 1_030)]
    [InlineData(1536, 203, 33)]
    [InlineData(4096, 200, 70)]
    public void Pieces_find_what_one_call_finds(int dimension, int k, int n)
    {
        var kernels = new GenericKernels(dimension);
        var centroids = TestVectors.WithDuplicates(TestVectors.Uniform(k, dimension, seed: 1), dimension, seed: 2);
        var points = TestVectors.Uniform(n, dimension, seed: 3);

        // Some points are centroids, and centroids have copies in other blocks.
        for (var i = 0; i < n; i += 7)
        {
            centroids.AsSpan(i * 31 % k * dimension, dimension).CopyTo(points.AsSpan(i * dimension));
        }

        var panels = Panels.Create(centroids, dimension);
        var (nearest, distances) = (new int[n], new float[n]);
        kernels.NearestCentroids(ref points[0], n, ref panels.Reference, KernelLayout.PanelCount(k), ref nearest[0], ref distances[0]);
        foreach (var threads in new[] { 1, 3 })
        {
            var (lists, found) = (new int[n], new float[n]);
            Assignment.Run(new VectorAssigner<GenericKernels>(kernels), points, panels, lists, found, threads, CancellationToken.None);
            Assert.Equal(nearest, lists);
            Assert.Equal(distances, found);
        }

        var (alone, aloneDistances) = (new int[n], new float[n]);
        Assignment.Run(new VectorAssigner<GenericKernels>(kernels), ref points[0], n, panels, ref alone[0], ref aloneDistances[0]);
        Assert.Equal(nearest, alone);
        Assert.Equal(distances, aloneDistances);
    }

    [Theory]
    [InlineData(2, 16)]
    [InlineData(100, 512)]
    [InlineData(512, 8192)]
    [InlineData(64, 65_536)]
    [InlineData(4096, 4096)]
    public void A_piece_is_soon_done_however_many_centroids_there_are(int dimension, int k)
    {
        const int N = 3000;
        var assigner = new WorkAssigner(dimension, takesParts: true);
        var panels = new AlignedBuffer<float>(Panels.Size(k, dimension));
        Assignment.Run(assigner, new float[N * dimension], panels, new int[N], new float[N], 1, CancellationToken.None);
        Assert.Equal((long)N * panels.Length, assigner.Pieces.Sum());
        Assert.All(assigner.Pieces, piece => Assert.InRange(piece, 1, WorkAssigner.Piece));
    }

    [Fact]
    public void Kernels_of_a_fixed_number_of_centroids_get_them_all()
    {
        var assigner = new WorkAssigner(4096, takesParts: false);
        var panels = new AlignedBuffer<float>(Panels.Size(256, 4096));
        Assignment.Run(assigner, new float[300 * 4096], panels, new int[300], new float[300], 1, CancellationToken.None);
        Assert.Equal([64, 64, 64, 64, 44], assigner.Pieces.Select(piece => piece / panels.Length));
    }
}
