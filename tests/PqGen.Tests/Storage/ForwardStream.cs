namespace PqGen.Tests.Storage;

/// <summary>A stream that goes forward only, in small pieces, and does not say how long it is: like one from a network.</summary>
internal sealed class ForwardStream(byte[] bytes) : Stream
{
    private readonly MemoryStream _written = new();
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Bytes that were read.</summary>
    public int BytesRead => _position;

    public byte[] Written => _written.ToArray();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var part = Math.Min(Math.Min(count, 1000), bytes.Length - _position);
        bytes.AsSpan(_position, part).CopyTo(buffer.AsSpan(offset));
        _position += part;
        return part;
    }

    public override void Write(byte[] buffer, int offset, int count) => _written.Write(buffer, offset, count);

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
