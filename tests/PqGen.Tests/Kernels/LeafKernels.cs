using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>
/// The leaves that a generated kernel struct holds for one instruction set, called past the dispatch: a processor with wide vectors
/// runs the narrow leaves too, so one run tests them all.
/// </summary>
/// <param name="kernels">The generated struct.</param>
/// <param name="isa">The suffix of its leaves.</param>
/// <param name="dimension">Components of a vector.</param>
/// <param name="m">Sub-quantizers; 1 where there are none.</param>
/// <param name="ksub">Centroids of each sub-quantizer.</param>
internal sealed class LeafKernels(Type kernels, string isa, int dimension, int m, int ksub)
    : FloatOnlyKernels(dimension, m, ksub)
{
    private delegate float Pair(ref float x, ref float y);

    private delegate void Many(ref float query, ref float rows, int count, ref float distances);

    private delegate void Distances(ref float points, int count, ref float panels, int panelCount, ref float distances);

    private delegate void Nearest(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances);

    private delegate void NearestSub(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances);

    private delegate void Tables(ref float queries, int count, ref float codebooks, ref float tables);

    public override float SquaredDistance(ref float x, ref float y) => Leaf<Pair>(nameof(SquaredDistance))(ref x, ref y);

    public override void SquaredDistances(ref float query, ref float rows, int count, ref float distances) =>
        Leaf<Many>(nameof(SquaredDistances))(ref query, ref rows, count, ref distances);

    public override void CentroidDistances(ref float points, int count, ref float panels, int panelCount, ref float distances) =>
        Leaf<Distances>(nameof(CentroidDistances))(ref points, count, ref panels, panelCount, ref distances);

    public override void NearestCentroids(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances) =>
        Leaf<Nearest>(nameof(NearestCentroids))(ref points, count, ref panels, panelCount, ref nearest, ref distances);

    public override void NearestSubcentroids(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances) =>
        Leaf<NearestSub>(nameof(NearestSubcentroids))(ref subvectors, stride, count, ref panels, ref nearest, ref distances);

    public override void DistanceTables(ref float queries, int count, ref float codebooks, ref float tables) =>
        Leaf<Tables>("Tables", typeof(SquaredDifference))(ref queries, count, ref codebooks, ref tables);

    public override void InnerProductTables(ref float queries, int count, ref float codebooks, ref float tables) =>
        Leaf<Tables>("Tables", typeof(MinusTwiceProduct))(ref queries, count, ref codebooks, ref tables);

    private TDelegate Leaf<TDelegate>(string name, params Type[] arguments)
        where TDelegate : Delegate =>
        EmittedMethods.Of(kernels)
            .Single(method => method.Name == name + isa && method.GetGenericArguments().SequenceEqual(arguments))
            .CreateDelegate<TDelegate>();
}
