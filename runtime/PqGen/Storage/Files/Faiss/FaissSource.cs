using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using PqGen.Common;

namespace PqGen.Storage.Files.Faiss;

/// <summary>
/// Reads the numbers of a FAISS file one after the other. Every length is held against the bytes that are left before memory is reserved.
/// </summary>
/// <param name="stream">The file.</param>
/// <param name="file">Its name, for messages.</param>
/// <param name="length">Its bytes.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class FaissSource(Stream stream, string file, long length, CancellationToken cancellation)
{
    /// <summary>Bytes read between two looks for cancellation.</summary>
    private const int Chunk = 1 << 22;

    /// <summary>Ends reading early.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Bytes that are left.</summary>
    public long Left { get; private set; } = length;

    /// <summary>A four-character code, as it is printed.</summary>
    public string FourCc()
    {
        Span<byte> name = stackalloc byte[4];
        Read(name);
        return Encoding.Latin1.GetString(name);
    }

    public int Int32() => One<int>();

    public long Int64() => One<long>();

    public float Single() => One<float>();

    public bool Bool(string what) => One<byte>() switch
    {
        0 => false,
        1 => true,
        var found => throw Damaged(Guard.Text($"{what} is {found}"), "0 or 1"),
    };

    /// <summary>A byte within a range.</summary>
    public int Byte(string what, long min, long max) => Checked(what, One<byte>(), min, max);

    /// <summary>A number within a range.</summary>
    public int Number(string what, long min, long max) => Checked(what, Int64(), min, max);

    /// <inheritdoc cref="Number"/>
    public int Number32(string what, long min, long max) => Checked(what, Int32(), min, max);

    /// <summary>Elements that follow their number, of which there must be as many as <paramref name="needed"/> says.</summary>
    public T[] Array<T>(string what, long needed)
        where T : unmanaged
    {
        var found = Int64();
        return found == needed
            ? Elements<T>(what, needed)
            : throw Damaged(Guard.Text($"{what} has {found} elements"), Guard.Text($"{needed} elements"));
    }

    /// <summary>Elements whose number the file has named before.</summary>
    public T[] Elements<T>(string what, long count)
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (count < 0 || count > Left / size)
        {
            throw Damaged(
                Guard.Text($"{what} would have {count} elements of {size} bytes where {Left} bytes are left"),
                "a whole file; this one was cut off or is damaged");
        }

        if (count > System.Array.MaxLength)
        {
            throw new IndexFileException(
                file, Guard.Text($"{what} has {count} elements"), Guard.Text($"at most {System.Array.MaxLength}, as many as one array holds"));
        }

        var elements = GC.AllocateUninitializedArray<T>((int)count);
        for (var at = 0; at < elements.Length; at += Chunk)
        {
            Read(MemoryMarshal.AsBytes(elements.AsSpan(at, Math.Min(Chunk, elements.Length - at))));
        }

        return elements;
    }

    /// <summary>Floats that are finite and at most <paramref name="limit"/> in magnitude.</summary>
    public float[] Floats(string what, long count, float limit)
    {
        var values = Elements<float>(what, count);
        if (Guard.IndexOfNotFinite(values, limit) is >= 0 and var bad)
        {
            throw Damaged(
                Guard.Text($"component {bad} of {what} is {values[bad]}"), Guard.Text($"every component is finite and at most {limit} in magnitude"));
        }

        return values;
    }

    /// <summary>Passes over elements that follow their number.</summary>
    public void Skip(string what, int size)
    {
        var count = Int64();
        if (count < 0 || count > Left / size)
        {
            throw Damaged(
                Guard.Text($"{what} would have {count} elements of {size} bytes where {Left} bytes are left"),
                "a whole file; this one was cut off or is damaged");
        }

        Span<byte> bytes = stackalloc byte[512];
        for (var left = count * size; left > 0;)
        {
            var part = bytes[..(int)Math.Min(bytes.Length, left)];
            Read(part);
            left -= part.Length;
        }
    }

    /// <summary>Refuses bytes behind the index.</summary>
    public void CheckEnd()
    {
        if (Left != 0)
        {
            throw Damaged(Guard.Text($"{Left} bytes follow the index"), "a file ends with its index");
        }
    }

    /// <summary>An exception for contents that no index has.</summary>
    public IndexFileException Damaged(string found, string needed) => new(file, found, needed);

    private int Checked(string what, long found, long min, long max) => found >= min && found <= max
        ? (int)found
        : throw Damaged(Guard.Text($"{what} is {found}"), Guard.Text($"{min} to {max}"));

    private T One<T>()
        where T : unmanaged
    {
        var value = default(T);
        Read(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    private void Read(Span<byte> bytes)
    {
        cancellation.ThrowIfCancellationRequested();
        if (bytes.Length > Left)
        {
            throw Damaged(Guard.Text($"the file ends {bytes.Length - Left} bytes early"), "a whole file; this one was cut off or is damaged");
        }

        FileBytes.ReadExactly(stream, bytes, file);
        Left -= bytes.Length;
    }
}
