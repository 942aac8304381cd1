namespace PqGen.Tests.Storage;

/// <summary>Inputs by which a fuzzer, or a person, once found a fault: <c>Storage/Corpus/TARGET/NAME</c>, run as tests/fuzz.sh runs them.</summary>
public class CorpusTests
{
    private static readonly string s_corpus = Path.Combine(AppContext.BaseDirectory, "Storage", "Corpus");

    public static TheoryData<string, string> Inputs()
    {
        var inputs = new TheoryData<string, string>();
        foreach (var target in FuzzTargets.Names.Where(target => Directory.Exists(Path.Combine(s_corpus, target))))
        {
            foreach (var file in Directory.GetFiles(Path.Combine(s_corpus, target)).Order(StringComparer.Ordinal))
            {
                inputs.Add(target, Path.GetFileName(file));
            }
        }

        return inputs;
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void An_input_that_found_a_fault_finds_none(string target, string input)
    {
        using var folder = new TempFolder();
        FuzzTargets.Run(target, folder, File.ReadAllBytes(Path.Combine(s_corpus, target, input)));
    }
}
