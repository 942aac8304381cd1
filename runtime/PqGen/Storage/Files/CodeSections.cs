using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Storage.Files;

/// <summary>
/// The sections of codes, byte <c>[block][run][64]</c>, and terms, UInt16 <c>[block][64]</c>, of each list in turn. What lies behind a list's last
/// vector is 0.
/// </summary>
internal static class CodeSections
{
    /// <summary>The blocks of a table in a file: those that hold vectors.</summary>
    public static long Blocks(ListTable lists)
    {
        long blocks = 0;
        for (var list = 0; list < lists.NList; list++)
        {
            blocks += KernelLayout.BlockCount(lists[list].Count);
        }

        return blocks;
    }

    /// <summary>Writes codes, and terms where there are some.</summary>
    public static void Write(IndexFileWriter writer, ListTable lists)
    {
        WriteCodes(writer, lists);
        if (lists.Layout.HasTerms)
        {
            WriteTerms(writer, lists);
        }
    }

    /// <summary>Reads codes, and terms where there are some, into lists that were made for them.</summary>
    public static void Read(IndexFileReader reader, ListTable lists)
    {
        if (Blocks(lists) != reader.Header.Blocks)
        {
            throw reader.Damaged(
                IndexSection.Codes, Guard.Text($"{reader.Header.Blocks} blocks"), Guard.Text($"{Blocks(lists)} blocks for the lists' counts"));
        }

        ReadCodes(reader, lists);
        if (lists.Layout.HasTerms)
        {
            ReadTerms(reader, lists);
        }
    }

    private static void WriteCodes(IndexFileWriter writer, ListTable lists)
    {
        writer.Begin(IndexSection.Codes);
        var codeSize = lists.Layout.VectorBytes;
        var bytes = new byte[codeSize * KernelLayout.BlockSize];
        for (var list = 0; list < lists.NList; list++)
        {
            foreach (var (segment, count) in ListSections.Parts(lists, list))
            {
                for (var block = 0; block < KernelLayout.BlockCount(count); block++)
                {
                    BlockCodes.CopyRuns(ref segment.Block(block, codeSize), segment.RunStride(block), ref bytes[0], KernelLayout.BlockSize, codeSize);
                    var lanes = Lanes(count, block);
                    for (var run = 0; run < codeSize; run++)
                    {
                        bytes.AsSpan(run * KernelLayout.BlockSize, KernelLayout.BlockSize)[lanes..].Clear();
                    }

                    writer.Write<byte>(bytes);
                }
            }
        }
    }

    private static void WriteTerms(IndexFileWriter writer, ListTable lists)
    {
        writer.Begin(IndexSection.Terms);
        Span<ushort> terms = stackalloc ushort[KernelLayout.BlockSize];
        for (var list = 0; list < lists.NList; list++)
        {
            foreach (var (segment, count) in ListSections.Parts(lists, list))
            {
                for (var block = 0; block < KernelLayout.BlockCount(count); block++)
                {
                    Terms(segment, block, lists.Layout).CopyTo(terms);
                    for (var lane = Lanes(count, block); lane < KernelLayout.BlockSize; lane++)
                    {
                        terms[KernelLayout.TermPosition(lane)] = 0;
                    }

                    writer.Write<ushort>(terms);
                }
            }
        }
    }

    /// <summary>Every code is below Ksub: kernels look codes up without checks.</summary>
    private static void ReadCodes(IndexFileReader reader, ListTable lists)
    {
        reader.Begin(IndexSection.Codes);
        var codeSize = lists.Layout.VectorBytes;
        var (any, last) = (Allowed(reader.Header.Shape, lastRun: false), Allowed(reader.Header.Shape, lastRun: true));
        var bytes = new byte[codeSize * KernelLayout.BlockSize];
        for (var list = 0; list < lists.NList; list++)
        {
            foreach (var (segment, count) in ListSections.Parts(lists, list))
            {
                for (var block = 0; block < KernelLayout.BlockCount(count); block++)
                {
                    reader.Read<byte>(bytes);
                    var lanes = Lanes(count, block);
                    for (var run = 0; run < codeSize; run++)
                    {
                        ReadOnlySpan<byte> codes = bytes.AsSpan(run * KernelLayout.BlockSize, KernelLayout.BlockSize);
                        if (codes.ContainsAnyExcept(run == codeSize - 1 ? last : any) || codes[lanes..].ContainsAnyExcept((byte)0))
                        {
                            throw reader.Damaged(
                                IndexSection.Codes,
                                Guard.Text($"block {block} of list {list} holds a code that its index cannot have"),
                                Guard.Text($"codes below Ksub = {reader.Header.Shape.Ksub}, and 0 behind the last vector"));
                        }
                    }

                    BlockCodes.CopyRuns(ref bytes[0], KernelLayout.BlockSize, ref segment.Block(block, codeSize), segment.RunStride(block), codeSize);
                }
            }
        }
    }

    private static void ReadTerms(IndexFileReader reader, ListTable lists)
    {
        reader.Begin(IndexSection.Terms);
        for (var list = 0; list < lists.NList; list++)
        {
            foreach (var (segment, count) in ListSections.Parts(lists, list))
            {
                for (var block = 0; block < KernelLayout.BlockCount(count); block++)
                {
                    var terms = Terms(segment, block, lists.Layout);
                    reader.Read(terms);
                    for (var lane = Lanes(count, block); lane < KernelLayout.BlockSize; lane++)
                    {
                        if (terms[KernelLayout.TermPosition(lane)] != 0)
                        {
                            throw reader.Damaged(IndexSection.Terms, Guard.Text($"list {list} holds a term behind its last vector"), "0 there");
                        }
                    }
                }
            }
        }
    }

    private static Span<ushort> Terms(in Segment segment, int block, in ListLayout layout) =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref segment.Terms(layout), (nint)block * KernelLayout.BlockSize), KernelLayout.BlockSize);

    /// <summary>How many lanes of a block hold vectors.</summary>
    private static int Lanes(int count, int block) => Math.Min(KernelLayout.BlockSize, count - (block * KernelLayout.BlockSize));

    /// <summary>The bytes that a run of codes may hold.</summary>
    private static SearchValues<byte> Allowed(IndexShape shape, bool lastRun)
    {
        var packed = shape.Ksub <= KernelLayout.MaxPackedKsub;
        var highs = !packed || (lastRun && shape.M % 2 != 0) ? 1 : shape.Ksub;
        return SearchValues.Create(
            [.. Enumerable.Range(0, highs).SelectMany(high => Enumerable.Range(0, shape.Ksub).Select(low => (byte)((high << 4) | low)))]);
    }
}
