using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Storage.Files.Version1;

/// <summary>Reads the lists of a file of version 1, whose positions, codes, terms and rows are in sections of their own.</summary>
/// <param name="index">What was read, the lists' counts among it.</param>
/// <param name="blocks">The blocks of codes that the file has.</param>
/// <param name="open">Makes the reader of a section.</param>
internal sealed class Version1Lists(LoadedIndex index, long blocks, Func<Version1Section, SectionReader> open)
{
    private readonly ListLayout _layout = index.Header.Layout;

    public void Read()
    {
        CheckBlocks();
        var reservation = new ListReservation(_layout, index.Counts);
        var parts = reservation.Reserve().ToList();
        index.Lists = reservation.Table;
        if (_layout.HasPositions)
        {
            ReadPositions(parts);
        }

        if (_layout.IsBlocked)
        {
            ReadCodes(parts);
        }
        else
        {
            ReadRows(parts);
        }

        if (_layout.HasTerms)
        {
            ReadTerms(parts);
        }

        using var codes = open(_layout.IsBlocked ? Version1Section.Codes : Version1Section.Vectors);
        new ListChecks(index.Header, codes.Damaged).Run(index.Lists);
    }

    /// <summary>Refuses counts that ask for other blocks than the file has, before memory is reserved for them.</summary>
    private void CheckBlocks()
    {
        if (_layout.IsBlocked && index.Counts.Sum(count => (long)_layout.Blocks(count)) is var needed && needed != blocks)
        {
            using var reader = open(Version1Section.Codes);
            throw reader.Damaged(Guard.Text($"{blocks} blocks"), Guard.Text($"{needed} blocks for the lists' counts"));
        }
    }

    private void ReadPositions(List<ListPart> parts)
    {
        using var reader = open(Version1Section.Positions);
        foreach (var part in parts)
        {
            reader.Read(MemoryMarshal.CreateSpan(ref part.Segment.Positions(_layout), part.Count));
        }
    }

    private void ReadCodes(List<ListPart> parts)
    {
        using var reader = open(Version1Section.Codes);
        var bytes = new byte[_layout.VectorBytes * KernelLayout.BlockSize];
        foreach (var part in parts)
        {
            for (var block = 0; block < _layout.Blocks(part.Count); block++)
            {
                reader.Read<byte>(bytes);
                BlockCodes.CopyRuns(
                    ref bytes[0],
                    KernelLayout.BlockSize,
                    ref part.Segment.Block(block, _layout.VectorBytes),
                    part.Segment.RunStride(block),
                    _layout.VectorBytes);
            }
        }
    }

    private void ReadTerms(List<ListPart> parts)
    {
        using var reader = open(Version1Section.Terms);
        foreach (var part in parts)
        {
            reader.Read(MemoryMarshal.CreateSpan(ref part.Segment.Terms(_layout), _layout.Blocks(part.Count) * KernelLayout.BlockSize));
        }
    }

    private void ReadRows(List<ListPart> parts)
    {
        using var reader = open(Version1Section.Vectors);
        var any = false;
        foreach (var part in parts)
        {
            var rows = MemoryMarshal.CreateSpan(ref part.Segment.Rows, part.Count * index.Header.Shape.Dimension);
            reader.Read(rows);
            any = any || rows.ContainsAnyExcept(0f);
        }

        if (!any && !index.Header.Shape.HasLists)
        {
            // An exact index of nothing but zeros has not seen yet how large its vectors are.
            index.Exponent = null;
        }
    }
}
