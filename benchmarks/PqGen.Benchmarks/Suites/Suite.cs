namespace PqGen.Benchmarks;

/// <summary>
/// A suite over a shape: the class that its kernels were generated for. BenchmarkDotNet takes public types alone, and the kernels are not; so a suite
/// holds the work on them, and its benchmarks call that.
/// </summary>
/// <typeparam name="TShape">One of the classes of Shapes.cs.</typeparam>
public abstract class Suite<TShape> : ISuite
{
    /// <param name="work">A kernel's work; its type parameter is the kernels.</param>
    private protected Suite(Type work) => Work = Activator.CreateInstance(work.MakeGenericType(ShapeKernels.TypeOf(typeof(TShape))))!;

    private protected object Work { get; }

    object ISuite.Work => Work;

    /// <summary>What the benchmark of a name calls: the work's method of that name, its result left alone.</summary>
    private protected Action Call(string name) => ShapeKernels.Call(Work, name);
}

/// <summary>A suite, whatever its shape.</summary>
internal interface ISuite
{
    /// <summary>The work whose methods its benchmarks call, under the same names.</summary>
    object Work { get; }
}
