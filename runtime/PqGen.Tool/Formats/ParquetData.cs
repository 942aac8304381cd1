using Parquet;
using Parquet.Schema;
using PqGen.Vectors;

namespace PqGen.Tool.Formats;

/// <summary>Columns of a Parquet file: lists of numbers, all of one length; or numbers, as rows of one.</summary>
internal sealed class ParquetData : INamedData
{
    private const string Format = "Parquet";
    private static readonly Type[] s_floats = [typeof(float), typeof(double)], s_ints = [typeof(int), typeof(long)];

    public (long Count, int Dimension) Shape(string path, string? name, DataRole role) => With(path, reader =>
    {
        var column = Column(path, reader, name, s_floats);
        return (Count(reader), Rows<float>(path, reader, column, 0).Columns);
    });

    public float[] Floats(string path, string? name, DataRole role, long first, int count) => With(path, reader =>
    {
        var column = Column(path, reader, name, s_floats);
        var (values, columns, written, row) = (Array.Empty<float>(), 0, 0, 0L);
        for (var group = 0; group < reader.RowGroupCount && written < count; group++)
        {
            var rows = GroupRows(reader, group);
            if (row + rows > first)
            {
                var part = Rows<float>(path, reader, column, group);
                if (columns == 0)
                {
                    NamedData.CheckArray(path, count, part.Columns);
                    (columns, values) = (part.Columns, new float[count * part.Columns]);
                }

                CheckColumns(path, column, part.Columns, columns);
                var skipped = (int)Math.Max(0, first - row);
                var taken = (int)Math.Min(rows - skipped, count - written);
                part.Values.AsSpan(skipped * columns, taken * columns).CopyTo(values.AsSpan(written * columns));
                written += taken;
            }

            row += rows;
        }

        return values;
    });

    public IntMatrix Ints(string path, string? name, DataRole role) => With(path, reader =>
    {
        var column = Column(path, reader, name, s_ints);
        var (values, columns) = (new List<long>(), 0);
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            var part = Rows<long>(path, reader, column, group);
            columns = columns == 0 ? part.Columns : columns;
            CheckColumns(path, column, part.Columns, columns);
            values.AddRange(part.Values);
        }

        return new IntMatrix(columns, [.. values]);
    });

    public IEnumerable<ReadOnlyMemory<float>> Chunks(string path, string? name, DataRole role)
    {
        var (groups, columns) = (With(path, reader => reader.RowGroupCount), 0);
        for (var group = 0; group < groups; group++)
        {
            var part = With(path, reader =>
            {
                var column = Column(path, reader, name, s_floats);
                var rows = Rows<float>(path, reader, column, group);
                CheckColumns(path, column, rows.Columns, columns == 0 ? rows.Columns : columns);
                return rows;
            });
            columns = part.Columns;
            yield return part.Values;
        }
    }

    private static T With<T>(string path, Func<ParquetReader, T> read) =>
        NamedData.Read(path, Format, () => WithAsync(path, read).GetAwaiter().GetResult());

    private static async Task<T> WithAsync<T>(string path, Func<ParquetReader, T> read)
    {
        using var stream = File.OpenRead(path);
        await using var reader = await ParquetReader.CreateAsync(stream);
        return Count(reader) > 0 ? read(reader) : throw new VectorFileException(path, "it has no rows", "at least one row is needed");
    }

    private static long Count(ParquetReader reader) => Enumerable.Range(0, reader.RowGroupCount).Sum(group => GroupRows(reader, group));

    private static long GroupRows(ParquetReader reader, int group)
    {
        using var rows = reader.OpenRowGroupReader(group);
        return rows.RowCount;
    }

    /// <summary>The column of a name, or the first that holds lists of such numbers, or such numbers.</summary>
    private static DataField Column(string path, ParquetReader reader, string? name, Type[] types)
    {
        var fields = reader.Schema.GetDataFields();
        var fit = fields.Where(field => types.Contains(field.ClrType) && field.MaxRepetitionLevel <= 1).ToArray();
        var found = name is null
            ? fit.OrderByDescending(field => field.MaxRepetitionLevel).FirstOrDefault()
            : Array.Find(fit, field => field.Path.FirstPart == name);
        if (found is not null)
        {
            return found;
        }

        var there = string.Join(", ", fields.Select(field => $"{field.Path.FirstPart} ({field.ClrType.Name})").Distinct());
        throw new VectorFileException(
            path,
            $"there is no column {(name is null ? "" : $"'{name}' ")}of {types[0].Name} or {types[1].Name}",
            $"FILE:NAME takes a column; there are {there}");
    }

    /// <summary>The rows of a group, T <c>[rows][Columns]</c>.</summary>
    private static (T[] Values, int Columns) Rows<T>(string path, ParquetReader reader, DataField column, int group)
        where T : struct
    {
        using var rows = reader.OpenRowGroupReader(group);
        var isList = column.MaxRepetitionLevel > 0;
        NamedData.CheckStated(path, rows.GetMetadata(column)?.MetaData?.NumValues ?? 0);
        var (read, levels) = column.ClrType == typeof(float) ? Raw<float, float>(rows, column, isList, value => value)
            : column.ClrType == typeof(double) ? Raw<double, float>(rows, column, isList, value => (float)value)
            : column.ClrType == typeof(int) ? Raw<int, long>(rows, column, isList, value => value)
            : Raw<long, long>(rows, column, isList, value => value);
        var values = (T[])read;
        if (values.Length % rows.RowCount != 0 || values.Length == 0)
        {
            throw Uneven(path, column, values.Length == 0 ? "numbers that are missing" : $"{values.Length} numbers in {rows.RowCount} rows");
        }

        var columns = (int)(values.Length / rows.RowCount);
        for (var i = 0; i < levels.Length; i++)
        {
            // A row begins where nothing is repeated.
            if (levels.Length != values.Length || (levels[i] == 0) != (i % columns == 0))
            {
                throw Uneven(path, column, $"rows of other than {columns} numbers");
            }
        }

        return (values, columns);
    }

    private static (Array Values, int[] Levels) Raw<TFrom, TTo>(
        ParquetRowGroupReader rows, DataField column, bool isList, Converter<TFrom, TTo> convert)
        where TFrom : struct => RawAsync(rows, column, isList, convert).GetAwaiter().GetResult();

    private static async Task<(Array Values, int[] Levels)> RawAsync<TFrom, TTo>(
        ParquetRowGroupReader rows, DataField column, bool isList, Converter<TFrom, TTo> convert)
        where TFrom : struct
    {
        var count = (int)(rows.GetMetadata(column)?.MetaData?.NumValues ?? 0);
        var (values, defined, repeated) = (new TFrom[count], new int[column.MaxDefinitionLevel > 0 ? count : 0], new int[isList ? count : 0]);
        await rows.ReadRawAsync(
            column,
            values.AsMemory(),
            defined.Length > 0 ? defined.AsMemory() : (Memory<int>?)null,
            repeated.Length > 0 ? repeated.AsMemory() : (Memory<int>?)null);

        // What is not there, a number or a whole list, leaves no value.
        var isWhole = !defined.AsSpan().ContainsAnyExcept(column.MaxDefinitionLevel);
        return (isWhole ? Array.ConvertAll(values, convert) : Array.Empty<TTo>(), repeated);
    }

    private static void CheckColumns(string path, DataField column, int found, int needed)
    {
        if (found != needed)
        {
            throw Uneven(path, column, $"rows of {needed} numbers and rows of {found}");
        }
    }

    private static VectorFileException Uneven(string path, DataField column, string found) =>
        new(path, $"column '{column.Path.FirstPart}' has {found}", "lists that are all of one length, and none missing, are needed");
}
