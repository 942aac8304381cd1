using System.Reflection;
using PqGen.Kernels;

namespace PqGen.Benchmarks;

/// <summary>Reaches the kernels that were generated for a class, and work on them, by reflection.</summary>
internal static class ShapeKernels
{
    /// <summary>The kernel struct inside a class of Shapes.cs.</summary>
    public static Type TypeOf(Type shape) => shape.GetNestedType("Kernels", BindingFlags.Public | BindingFlags.NonPublic)!;

    /// <summary>The kernels, for their sizes.</summary>
    public static IPqKernels Of(Type shape) => (IPqKernels)Activator.CreateInstance(TypeOf(shape))!;

    /// <summary>A method of an object as something to do, its result left alone.</summary>
    public static Action Call(object work, string name)
    {
        var method = work.GetType().GetMethod(name)!;
        if (method.ReturnType == typeof(void))
        {
            return method.CreateDelegate<Action>(work);
        }

        if (method.ReturnType == typeof(float))
        {
            var sum = method.CreateDelegate<Func<float>>(work);
            return () => sum();
        }

        var bits = method.CreateDelegate<Func<ulong>>(work);
        return () => bits();
    }
}
