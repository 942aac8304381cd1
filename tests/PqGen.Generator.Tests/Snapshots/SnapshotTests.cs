using System.Reflection;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests.Snapshots;

/// <summary>What is generated, to be read as code: one small class of each kind, two of other metrics, one of a real size, and the largest.</summary>
public class SnapshotTests
{
    [Fact]
    public void Flat() => Verify(
        """
        namespace Small;

        [PqGen.FlatIndex(Dimension = 6)]
        public partial class Points;
        """);

    [Fact]
    public void Flat_under_cosine() => Verify(
        """
        namespace Small;

        [PqGen.FlatIndex(Dimension = 39, Metric = PqGen.Metric.Cosine)]
        public partial class Points;
        """);

    [Fact]
    public void IvfFlat() => Verify(
        """
        internal static partial class Outer
        {
            private partial interface IInner
            {
                [PqGen.IvfFlatIndex(Dimension = 35)]
                private protected sealed partial class @class;
            }
        }
        """);

    [Fact]
    public void Pq_of_packed_codes() => Verify(
        """
        namespace Small;

        [PqGen.PqIndex(Dimension = 6, M = 3, Ksub = 16)]
        public partial class Points;
        """);

    [Fact]
    public void IvfPq() => Verify(
        """
        namespace Small;

        [PqGen.IvfPqIndex(Dimension = 8, M = 2, Ksub = 20)]
        public partial class Points;
        """);

    [Fact]
    public void IvfPq_under_inner_product() => Verify(
        """
        namespace Small;

        [PqGen.IvfPqIndex(Dimension = 12, M = 6, Ksub = 20, Metric = PqGen.Metric.InnerProduct)]
        public partial class Points;
        """);

    [Fact]
    public void IvfPq_of_a_real_size() => Verify(
        """
        namespace Words;

        [PqGen.IvfPqIndex(Dimension = 100, M = 20, Ksub = 256)]
        public partial class WordIndex;
        """);

    [Fact]
    public void IvfPq_of_the_largest_size() => Verify(
        """
        namespace Words;

        [PqGen.IvfPqIndex(Dimension = 4096, M = 256, Ksub = 256)]
        public partial class Largest;
        """);

    [Fact]
    public void Every_accepted_file_belongs_to_a_test()
    {
        var tests = typeof(SnapshotTests).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Select(static method => $"{nameof(SnapshotTests)}.{method.Name}");
        Assert.Empty(Snapshot.VerifiedFiles().Select(static file => file.Split('#')[0]).Distinct().Except(tests));
    }

    private static void Verify(string source, [System.Runtime.CompilerServices.CallerMemberName] string method = "")
    {
        var run = GeneratorRun.Over(source);
        Assert.Empty(run.Diagnostics);
        Snapshot.Verify(run.Result, method: method);
    }
}
