using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>The probe budget of each point of the calibration, float32; there where a point has one. A reader without it probes more lists.</summary>
internal sealed class BudgetSection() : SectionKind("CALB"u8)
{
    public override bool IsModel => false;

    public override bool Allows(IndexShape shape) => shape.HasLists;

    public override bool IsNeededIn(IndexHeader header) => false;

    public override bool IsIn(SavedIndex index) => index.Calibration is { } calibration && calibration.Points.Any(point => point.ProbeBudget > 0);

    public override void Write(SectionWriter writer, SavedIndex index) =>
        writer.Write<float>([.. index.Calibration!.Points.Select(point => point.ProbeBudget)]);

    protected override long Length(LoadedIndex index) => sizeof(float) * (long)(index.Calibration?.Points.Count ?? 0);

    public override void CheckLength(SectionEntry entry, LoadedIndex index, Func<string, string, IndexFileException> damaged)
    {
        if (index.Calibration is null || entry.Length != Length(index))
        {
            throw damaged(
                Guard.Text($"it has {entry.Length} bytes"),
                Guard.Text($"{sizeof(float)} bytes for each of the {index.Calibration?.Points.Count ?? 0} points of CALI"));
        }
    }

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var calibration = index.Calibration!;
        var budgets = new float[calibration.Points.Count];
        reader.Read<float>(budgets);
        reader.CheckChecksum();
        if (Array.FindIndex(budgets, budget => !(budget is >= 0 and < float.PositiveInfinity)) is >= 0 and var bad)
        {
            throw reader.Damaged(Guard.Text($"the budget of point {bad} is {budgets[bad]}"), "0 or more");
        }

        if (index.Header.Shape.ComparesCodesByL2)
        {
            index.Calibration = new Calibration(
                calibration.K, calibration.Queries, [.. calibration.Points.Select((point, p) => point with { ProbeBudget = budgets[p] })]);
        }
        else if (budgets.Any(budget => budget > 0))
        {
            throw reader.Damaged("it has budgets", "none in an index that finds its lists by inner products");
        }
    }
}
