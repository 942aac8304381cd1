using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using PqGen.Quantization;

namespace PqGen.Tool;

/// <summary>Numbers and objects as text, the same in every culture.</summary>
internal static class Text
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A number with fixed decimals, halves rounded to even: 6.25 is 6.2.</summary>
    public static string Fixed(double value, int decimals) =>
        Rounded(value, decimals).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A number with the digits that it has.</summary>
    public static string Shortest(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Megabytes of 1,000,000 bytes.</summary>
    public static string Megabytes(long bytes, int decimals) => Fixed(bytes / 1e6, decimals) + " MB";

    /// <summary>The word of what vectors go through before they are encoded.</summary>
    public static string Word(LinearTransform? transform) =>
        transform is { Matrix.Length: > 0 } ? "opq" : transform is { Bias.Length: > 0 } ? "mean" : "none";

    /// <summary>What training advises, a line each.</summary>
    public static void Advise(TextWriter error, TrainingReport? report)
    {
        foreach (var advice in report?.Advice ?? [])
        {
            error.WriteLine($"advice: {advice}");
        }
    }

    /// <summary>One JSON object on one line, its fields in snake case.</summary>
    public static string JsonLine<T>(T value) => JsonSerializer.Serialize(value, Json);

    /// <summary>A number for JSON with the digits that mean something.</summary>
    public static double Rounded(double value, int decimals) => Math.Round(value, decimals, MidpointRounding.ToEven);
}
