using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace PqGen.Diagnostics;

/// <summary>The valid values nearest to a wrong one, which a diagnostic carries beside its message for the code fix.</summary>
internal static class NearestValues
{
    private const string Key = "Nearest";

    public static ImmutableDictionary<string, string?> Write(IEnumerable<int> values)
    {
        var none = ImmutableDictionary<string, string?>.Empty;
        var text = string.Join(",", values.Select(static value => value.ToString(CultureInfo.InvariantCulture)));
        return text.Length == 0 ? none : none.Add(Key, text);
    }

    public static IEnumerable<int> Read(ImmutableDictionary<string, string?> properties) =>
        properties.TryGetValue(Key, out var text) && text is not null
            ? text.Split(',').Select(static value => int.Parse(value, CultureInfo.InvariantCulture))
            : [];
}
