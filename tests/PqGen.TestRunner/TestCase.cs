using System.Globalization;
using System.Reflection;
using Xunit;
using Xunit.Sdk;

namespace PqGen.TestRunner;

/// <summary>A fact, or one row of a theory.</summary>
/// <param name="method">The test's method, of a class that is made without arguments.</param>
/// <param name="row">The method's arguments.</param>
internal sealed class TestCase(MethodInfo method, object?[] row)
{
    /// <summary>"Class.Method", a theory's row in brackets behind it.</summary>
    public string Name { get; } =
        $"{method.DeclaringType!.Name}.{method.Name}" + (row.Length == 0 ? "" : $"({string.Join(", ", row.Select(Text))})");

    /// <summary>The tests of an assembly with this trait, their method's or their class's, in the order of their names and rows.</summary>
    public static IEnumerable<TestCase> OfCategory(Assembly assembly, string category) => assembly.GetExportedTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
        .Where(method => method.IsDefined(typeof(FactAttribute)))
        .Where(method => HasCategory(method, category) || HasCategory(method.DeclaringType!, category))
        .OrderBy(method => method.DeclaringType!.Name, StringComparer.Ordinal).ThenBy(method => method.Name, StringComparer.Ordinal)
        .SelectMany(method => Rows(method).Select(row => new TestCase(method, row)));

    /// <summary>Runs the test on an object of its own.</summary>
    /// <returns>What it failed with; null if it passed.</returns>
    public async Task<string?> RunAsync()
    {
        object? instance = null;
        try
        {
            instance = method.IsStatic ? null : Activator.CreateInstance(method.DeclaringType!);
            if (method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, row, CultureInfo.InvariantCulture) is Task task)
            {
                await task.ConfigureAwait(false);
            }

            return null;
        }
#pragma warning disable CA1031 // Whatever a test throws is its failure.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception.ToString();
        }
        finally
        {
            (instance as IDisposable)?.Dispose();
        }
    }

    private static bool HasCategory(MemberInfo member, string category) => CustomAttributeData.GetCustomAttributes(member)
        .Where(data => data.AttributeType == typeof(TraitAttribute))
        .Any(data => data.ConstructorArguments is [{ Value: "Category" }, { Value: string value }] && value == category);

    private static IEnumerable<object?[]> Rows(MethodInfo method) => method.IsDefined(typeof(TheoryAttribute))
        ? method.GetCustomAttributes<DataAttribute>().SelectMany(data => data.GetData(method))
        : [[]];

    private static string Text(object? argument) => Convert.ToString(argument, CultureInfo.InvariantCulture) ?? "null";
}
