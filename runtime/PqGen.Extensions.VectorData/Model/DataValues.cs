namespace PqGen.Extensions.VectorData.Model;

/// <summary>The values of data properties: what a record may hold, and copies of it, so that no record shares memory with its owner's.</summary>
internal static class DataValues
{
    public const string Supported =
        "string, bool, the numeric types, decimal, Guid, DateTime, DateTimeOffset, DateOnly, TimeOnly, TimeSpan, enums, "
        + "and arrays and lists of these";

    private static readonly HashSet<Type> s_scalars =
    [
        typeof(string), typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long),
        typeof(ulong), typeof(float), typeof(double), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly),
        typeof(TimeOnly), typeof(TimeSpan),
    ];

    public static bool IsSupported(Type type) => IsScalar(type)
        || (type.IsArray && type.GetArrayRank() == 1 && IsScalar(type.GetElementType()!))
        || (IsList(type) && IsScalar(type.GetGenericArguments()[0]));

    /// <summary>A value that the owner of the other cannot change.</summary>
    public static object? Copy(object? value) => value switch
    {
        null or string => value,
        Array array => array.Clone(),
        System.Collections.IList list => Activator.CreateInstance(list.GetType(), list),
        _ => value,
    };

    private static bool IsScalar(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || s_scalars.Contains(type);
    }

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);
}
