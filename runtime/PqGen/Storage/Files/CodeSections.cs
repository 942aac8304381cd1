using System.Buffers;
using PqGen.Kernels;

namespace PqGen.Storage.Files;

/// <summary>The sections of codes, byte <c>[block][run][64]</c>, and terms, UInt16 <c>[block][64]</c>, of each list in turn. What lies behind a list's last vector is 0.</summary>
internal static class CodeSections
{
    public static void WriteCodes(IndexFileWriter writer, ReadOnlySpan<CodeList> lists, int codeSize)
    {
        writer.Begin(IndexSection.Codes);
        var block = new byte[codeSize * KernelLayout.BlockSize];
        foreach (var list in lists)
        {
            var (count, contents) = (list.Count, list.Contents);
            for (var index = 0; index < KernelLayout.BlockCount(count); index++)
            {
                BlockCodes.CopyRuns(
                    ref contents.Codes.At(KernelLayout.BlockOffset(index, contents.Capacity, codeSize)),
                    KernelLayout.RunStride(index, contents.Capacity),
                    ref block[0],
                    KernelLayout.BlockSize,
                    codeSize);
                var lanes = Math.Min(KernelLayout.BlockSize, count - (index * KernelLayout.BlockSize));
                for (var run = 0; run < codeSize; run++)
                {
                    block.AsSpan(run * KernelLayout.BlockSize, KernelLayout.BlockSize)[lanes..].Clear();
                }

                writer.Write<byte>(block);
            }
        }
    }

    public static void WriteTerms(IndexFileWriter writer, ReadOnlySpan<CodeList> lists)
    {
        writer.Begin(IndexSection.Terms);
        Span<ushort> last = stackalloc ushort[KernelLayout.BlockSize];
        foreach (var list in lists)
        {
            var (count, terms) = (list.Count, list.Contents.Terms);
            var whole = count / KernelLayout.BlockSize * KernelLayout.BlockSize;
            writer.Write(terms, whole);
            if (count > whole)
            {
                terms.Span(whole, KernelLayout.BlockSize).CopyTo(last);
                for (var lane = count - whole; lane < KernelLayout.BlockSize; lane++)
                {
                    last[KernelLayout.TermPosition(lane)] = 0;
                }

                writer.Write<ushort>(last);
            }
        }
    }

    /// <summary>The code blocks of lists with the given counts, every code below Ksub: kernels look codes up without checks.</summary>
    public static AlignedBuffer<byte>[] ReadCodes(IndexFileReader reader, ReadOnlySpan<int> counts)
    {
        var header = reader.Header;
        CheckBlocks(reader, counts);
        reader.Begin(IndexSection.Codes);
        var (any, last) = (Allowed(header, lastRun: false), Allowed(header, lastRun: true));
        var lists = new AlignedBuffer<byte>[counts.Length];
        var bytes = new byte[header.CodeSize * KernelLayout.BlockSize];
        for (var list = 0; list < counts.Length; list++)
        {
            var capacity = KernelLayout.BlockCount(counts[list]);
            lists[list] = new AlignedBuffer<byte>((long)capacity * bytes.Length);
            for (var block = 0; block < capacity; block++)
            {
                reader.Read<byte>(bytes);
                var lanes = Math.Min(KernelLayout.BlockSize, counts[list] - (block * KernelLayout.BlockSize));
                for (var run = 0; run < header.CodeSize; run++)
                {
                    ReadOnlySpan<byte> codes = bytes.AsSpan(run * KernelLayout.BlockSize, KernelLayout.BlockSize);
                    if (codes.ContainsAnyExcept(run == header.CodeSize - 1 ? last : any) || codes[lanes..].ContainsAnyExcept((byte)0))
                    {
                        throw reader.Damaged(IndexSection.Codes, Guard.Text($"block {block} of list {list} holds a code that its index cannot have"), Guard.Text($"codes below Ksub = {header.Ksub}, and 0 behind the last vector"));
                    }
                }

                BlockCodes.CopyRuns(
                    ref bytes[0],
                    KernelLayout.BlockSize,
                    ref lists[list].At(KernelLayout.BlockOffset(block, capacity, header.CodeSize)),
                    KernelLayout.RunStride(block, capacity),
                    header.CodeSize);
            }
        }

        return lists;
    }

    /// <summary>The term blocks of lists with the given counts.</summary>
    public static AlignedBuffer<ushort>[] ReadTerms(IndexFileReader reader, ReadOnlySpan<int> counts)
    {
        reader.Begin(IndexSection.Terms);
        var lists = new AlignedBuffer<ushort>[counts.Length];
        for (var list = 0; list < counts.Length; list++)
        {
            var slots = KernelLayout.BlockCount(counts[list]) * KernelLayout.BlockSize;
            lists[list] = new AlignedBuffer<ushort>(slots);
            reader.Read(lists[list].Span(0, slots));
            for (var i = counts[list]; i < slots; i++)
            {
                if (lists[list].At(slots - KernelLayout.BlockSize + KernelLayout.TermPosition(i % KernelLayout.BlockSize)) != 0)
                {
                    throw reader.Damaged(IndexSection.Terms, Guard.Text($"list {list} holds a term behind its last vector"), "0 there");
                }
            }
        }

        return lists;
    }

    /// <summary>The bytes that a run of codes may hold.</summary>
    private static SearchValues<byte> Allowed(IndexHeader header, bool lastRun)
    {
        var packed = header.Ksub <= KernelLayout.MaxPackedKsub;
        var highs = !packed || (lastRun && header.M % 2 != 0) ? 1 : header.Ksub;
        return SearchValues.Create([.. Enumerable.Range(0, highs).SelectMany(high => Enumerable.Range(0, header.Ksub).Select(low => (byte)((high << 4) | low)))]);
    }

    private static void CheckBlocks(IndexFileReader reader, ReadOnlySpan<int> counts)
    {
        long blocks = 0;
        foreach (var count in counts)
        {
            blocks += KernelLayout.BlockCount(count);
        }

        if (blocks != reader.Header.Blocks)
        {
            throw reader.Damaged(IndexSection.Codes, Guard.Text($"{reader.Header.Blocks} blocks"), Guard.Text($"{blocks} blocks for the lists' counts"));
        }
    }
}
