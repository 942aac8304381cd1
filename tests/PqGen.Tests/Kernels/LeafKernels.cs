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
/// <param name="metric">What its scores mean.</param>
internal sealed class LeafKernels(Type kernels, string isa, int dimension, int m, int ksub, Metric metric)
    : FloatOnlyKernels(dimension, m, ksub, metric)
{
    private delegate float Pair(ref float x, ref float y);

    private delegate void Many(ref float query, ref float rows, int count, ref float scores);

    private delegate void Panels(ref float points, int count, ref float panels, int panelCount, ref float scores);

    private delegate void Nearest(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances);

    private delegate void NearestSub(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances);

    private delegate void Tables(ref float queries, int count, ref float codebooks, ref float tables);

    public override float Score(ref float x, ref float y) => Leaf<Pair>(nameof(Score))(ref x, ref y);

    public override void Scores(ref float query, ref float rows, int count, ref float scores) =>
        Leaf<Many>(nameof(Scores))(ref query, ref rows, count, ref scores);

    public override void CentroidScores(ref float points, int count, ref float panels, int panelCount, ref float scores) =>
        Leaf<Panels>(nameof(CentroidScores))(ref points, count, ref panels, panelCount, ref scores);

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
