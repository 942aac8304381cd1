namespace PqGen.Vectors;

/// <summary>How the rows of a file lie in it, checked against its length.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Rows">Rows, 1 or more.</param>
/// <param name="Columns">Elements of a row, 1 or more.</param>
/// <param name="Start">Where the first row, or the first column, begins.</param>
/// <param name="HasHeads">Whether each row begins with the number of its elements, as a little-endian Int32.</param>
/// <param name="ByColumns">Whether columns, not rows, lie together.</param>
internal sealed record RowLayout(
    string Path, ElementType Type, long Rows, int Columns, long Start, bool HasHeads = false, bool ByColumns = false)
{
    /// <summary>Bytes of a row's head.</summary>
    public int HeadSize => HasHeads ? sizeof(int) : 0;

    /// <summary>Bytes from one row to the next, where rows lie together.</summary>
    public long RowSize => HeadSize + ((long)Columns * Type.Size);

    /// <summary>All rows as a number that an array may have; refuses more.</summary>
    public int AllRows()
    {
        CheckArray(Rows);
        return (int)Rows;
    }

    /// <summary>Refuses rows whose elements no array can hold.</summary>
    public void CheckArray(long rows)
    {
        if (rows > Array.MaxLength / Columns)
        {
            throw new VectorFileException(
                Path, $"{rows} x {Columns} values", $"one array holds at most {Array.MaxLength} values: read the file in ranges of rows");
        }
    }
}
