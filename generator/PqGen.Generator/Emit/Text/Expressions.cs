using System.Globalization;
using System.Linq;

namespace PqGen.Generator.Emit;

/// <summary>Small expressions of emitted code, written without the parts that say nothing: no "+ 0", no offset of 0.</summary>
internal static class Expressions
{
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>"a0, a1, a2" for "a".</summary>
    public static string List(int count, System.Func<int, string> item) => string.Join(", ", Enumerable.Range(0, count).Select(item));

    /// <summary>An element of the array that begins at a reference.</summary>
    public static string At(string reference, string index) => index == "0" ? reference : $"Unsafe.Add(ref {reference}, {index})";

    /// <inheritdoc cref="At(string, string)"/>
    public static string At(string reference, int index) => At(reference, Text(index));

    /// <summary>The vector that begins at an element.</summary>
    public static string Load(string vector, string reference, string index) =>
        index == "0" ? $"{vector}.LoadUnsafe(ref {reference})" : $"{vector}.LoadUnsafe(ref {reference}, {index})";

    /// <summary>A variable or a literal, plus a literal.</summary>
    public static string Plus(string expression, int addend) =>
        int.TryParse(expression, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Text(number + addend)
        : addend == 0 ? expression
        : $"{expression} + {Text(addend)}";

    /// <summary>Declares variables of one type, each with its value, four to a statement.</summary>
    public static void Declare(CodeWriter writer, string type, int count, System.Func<int, string> item)
    {
        for (var i = 0; i < count; i += 4)
        {
            writer.Line($"{type} {string.Join(", ", Enumerable.Range(i, System.Math.Min(4, count - i)).Select(item))};");
        }
    }

    /// <summary>One line for each number below <paramref name="count"/>.</summary>
    public static string Lines(int count, System.Func<int, string> line) => string.Join("\n", Enumerable.Range(0, count).Select(line));
}
