namespace PqGen.Tool;

/// <summary>A section of an index file, as JSON shows it.</summary>
internal sealed record SectionReport(string Name, bool Required, long Offset, long Length, string Sha256);

/// <summary>What an index file says of itself, as the JSON of <c>pqtool inspect</c> shows it.</summary>
internal sealed record FileReport(
    string File,
    int Version,
    string Kind,
    string Metric,
    int Dimension,
    int M,
    int Ksub,
    int Nlist,
    long N,
    bool OwnIds,
    string Keep,
    string Coarse,
    int DefaultNprobe,
    bool Calibrated,
    long FileBytes,
    string Declaration,
    SectionReport[] Sections)
{
    public static FileReport Of(string path, IndexFileInfo info) => new(
        path,
        info.Version,
        KindWords.Of(info.Kind),
        MetricWords.Of(info.Metric),
        info.Shape.InputDimension,
        info.Shape.M,
        info.Shape.Ksub,
        info.NList,
        info.Count,
        info.OwnIds,
        info.KeepsVectors ? info.RowFormat.ToString().ToLowerInvariant() : "none",
        info.CoarseSearch.ToString().ToLowerInvariant(),
        info.DefaultNProbe,
        info.Sections.Any(section => section.Name == "CALI"),
        info.FileLength,
        info.Shape.ToString(),
        [.. info.Sections.Select(section => new SectionReport(section.Name, section.IsRequired, section.Offset, section.Length, section.Checksum))]);

    public void Write(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(Text.JsonLine(this));
            return;
        }

        Line("file", File);
        Line("format version", Version);
        Line("declared as", Declaration);
        Line("vectors", $"{N} x {Dimension} dims, {(OwnIds ? "ids of their own" : "ids are the numbers in which they were added")}");
        if (Nlist > 0)
        {
            var probes = DefaultNprobe == 0 ? "sqrt(2 nlist)" : $"{DefaultNprobe}";
            Line("lists", $"{Nlist}, found by {Coarse}; a search probes {probes} by default");
        }

        Line("vectors kept", Keep);
        Line("calibrated", Calibrated ? "yes" : "no");
        Line("bytes", FileBytes);
        output.WriteLine();
        var columns = new Columns(
            WrappingWriter.WidthOf(output),
            new("section", 8, IsWord: true),
            new("offset", 14, Rank: 1),
            new("bytes", 14),
            new("sha-256", 19, IsWord: true, Rank: 2));
        output.WriteLine(columns.Heading);
        foreach (var section in Sections)
        {
            var checksum = section.Sha256.Length > 16 ? section.Sha256[..16] + "..." : "-";
            output.WriteLine(columns.Line(section.Name, section.Offset, section.Length, checksum));
        }

        void Line(string name, object value) => output.WriteLine($"{name,-15} {value}");
    }
}
