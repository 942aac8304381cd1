using System.Globalization;
using static System.FormattableString;

namespace PqGen.Tool.Tuning;

/// <summary>What an index is built as.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="NList">Lists; 0 without.</param>
/// <param name="M">Sub-quantizers; 0 without codes.</param>
/// <param name="Ksub">Centroids of each; 0 without codes.</param>
/// <param name="Keep">How vectors are kept beside codes, a word of --keep.</param>
/// <param name="Transform">What vectors go through before they are encoded.</param>
internal sealed record TuneSetting(IndexKind Kind, int NList, int M, int Ksub, string Keep, TransformKind Transform = TransformKind.None)
{
    /// <summary>The word of --keep for codes alone.</summary>
    public const string None = "none";

    /// <summary>Whether candidates can be re-ranked.</summary>
    public bool Reranks => Kind == IndexKind.IvfPq && Keep != None;

    /// <summary>Bytes of one code.</summary>
    public int CodeBytes => Ksub > 16 ? M : (M + 1) / 2;

    /// <summary>What the user declares.</summary>
    public IndexShape Shape(int dimension, Metric metric) => Kind switch
    {
        IndexKind.Flat => IndexShape.Flat(dimension, metric),
        IndexKind.IvfFlat => IndexShape.IvfFlat(dimension, metric),
        _ => IndexShape.IvfPq(dimension, M, Ksub, metric),
    };

    /// <summary>The options to train with.</summary>
    public TrainingOptions Options(int seed, int threads) => new()
    {
        NList = NList,
        Seed = seed,
        Threads = threads,
        KeepVectors = Reranks,
        RowFormat = Reranks ? Enum.Parse<RowFormat>(Keep, ignoreCase: true) : RowFormat.Float32,
        Transform = Transform,
    };

    /// <summary>Training, as a line of the user's program.</summary>
    public string TrainingCode()
    {
        var options = new List<string>();
        if (NList > 0)
        {
            options.Add(string.Create(CultureInfo.InvariantCulture, $"NList = {NList}"));
        }

        if (Kind == IndexKind.IvfPq && Keep == None)
        {
            options.Add("KeepVectors = false");
        }
        else if (Reranks && !Keep.Equals(nameof(RowFormat.Float32), StringComparison.OrdinalIgnoreCase))
        {
            options.Add($"RowFormat = RowFormat.{Enum.Parse<RowFormat>(Keep, ignoreCase: true)}");
        }

        if (Transform != TransformKind.None)
        {
            options.Add($"Transform = TransformKind.{Transform}");
        }

        return Kind == IndexKind.Flat
            ? "var index = new MyIndex();"
            : $"var index = MyIndex.Train(vectors, new TrainingOptions {{ {string.Join(", ", options)}, Threads = 0 }});";
    }

    /// <summary>As the field writes it: OPQ25,IVF2048,PQ25, and how rows are kept.</summary>
    public override string ToString() => Kind switch
    {
        IndexKind.Flat => "Flat",
        IndexKind.IvfFlat => string.Create(CultureInfo.InvariantCulture, $"IVF{NList},Flat"),
        _ => string.Create(
            CultureInfo.InvariantCulture, $"{Before}IVF{NList},PQ{M}{(Ksub == 256 ? "" : $"(Ksub {Ksub})")} + {(Reranks ? Keep : "no")} rows"),
    };

    private string Before => Transform switch
    {
        TransformKind.Opq => string.Create(CultureInfo.InvariantCulture, $"OPQ{M},"),
        TransformKind.Mean => "Mean,",
        _ => "",
    };
}

/// <summary>What a search of a built index reaches.</summary>
/// <param name="NProbe">Lists probed; 0 without lists.</param>
/// <param name="Rerank">Candidates re-ranked.</param>
/// <param name="Recall">recall@k.</param>
/// <param name="QpsOnline">Queries per second, one query per call, one thread.</param>
internal sealed record TunePoint(int NProbe, int Rerank, double Recall, double QpsOnline)
{
    /// <summary>Where a query's probing ends before; 0 for no limit.</summary>
    public float ProbeBudget { get; init; }

    /// <summary>The options.</summary>
    public SearchOptions Options => new() { NProbe = NProbe, ProbeBudget = ProbeBudget, Rerank = Rerank };

    /// <summary>The options, as the user writes them.</summary>
    public string SearchCode()
    {
        string[] named =
        [
            Invariant($"NProbe = {NProbe}"), ProbeBudget > 0 ? Invariant($"ProbeBudget = {ProbeBudget}") : "",
            Rerank > 0 ? Invariant($"Rerank = {Rerank}") : "",
        ];
        return NProbe == 0 ? "default" : $"new SearchOptions {{ {string.Join(", ", named.Where(option => option.Length > 0))} }}";
    }
}

/// <summary>One index that was built and measured.</summary>
/// <param name="Setting">What it was built as.</param>
/// <param name="BytesPerVector">A vector's share of the memory that the index holds.</param>
/// <param name="TrainSeconds">Training.</param>
/// <param name="AddSeconds">Adding.</param>
/// <param name="Points">What its searches reach.</param>
internal sealed record TuneTrial(TuneSetting Setting, double BytesPerVector, double TrainSeconds, double AddSeconds, IReadOnlyList<TunePoint> Points);

/// <summary>A search of an index.</summary>
internal sealed record TuneChoice(TuneTrial Trial, TunePoint Point)
{
    /// <summary>Whether no other choice is as good in recall, speed and bytes, and better in one.</summary>
    public bool IsBeside(IEnumerable<TuneChoice> others) => !others.Any(other => other != this
        && other.Point.Recall >= Point.Recall && other.Point.QpsOnline >= Point.QpsOnline && other.Trial.BytesPerVector <= Trial.BytesPerVector
        && (other.Point.Recall > Point.Recall || other.Point.QpsOnline > Point.QpsOnline || other.Trial.BytesPerVector < Trial.BytesPerVector));
}
