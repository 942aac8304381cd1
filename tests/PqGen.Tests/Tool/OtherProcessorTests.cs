using System.Text.Json;
using PqGen.Kernels;
using PqGen.Tests.Vectors;
using PqGen.Tool;

namespace PqGen.Tests.Tool;

/// <summary>The tool as it runs on a processor that has nothing newer than what --isa names, and the options of what an index keeps.</summary>
public class OtherProcessorTests
{
    private const string Estimate = "estimate --synthetic --n 600 --d 8 --m 2 --ksub 16 --nlist 4 --nprobe 4 --queries 20 --kernels generic";

    [Theory]
    [InlineData("best", KernelPath.Avx512Vbmi)]
    [InlineData("vbmi", KernelPath.Avx512Vbmi)]
    [InlineData("avx512", KernelPath.Avx512)]
    [InlineData("avx2", KernelPath.Avx2)]
    [InlineData("vector128", KernelPath.Vector128)]
    public void Kernels_run_on_the_instructions_named_or_the_reason_is_given(string isa, KernelPath path)
    {
        var best = new GenericKernels(1).Path;
        var run = ToolRun.Of($"{Estimate} --isa {isa} --json");
        if (isa != "best" && (best < path || best == KernelPath.AdvSimd))
        {
            // The other process says why, on the error output of this one.
            Assert.Equal((CommandLine.Failure, ""), (run.ExitCode, run.Output));
            return;
        }

        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        using var report = JsonDocument.Parse(Assert.Single(run.Lines));
        Assert.Equal((isa == "best" ? best : path).ToString(), report.RootElement.GetProperty("isa").GetString());
    }

    [Fact]
    public void Exit_codes_and_wrong_words_are_those_of_the_command()
    {
        ToolRun.Of($"{Estimate} --isa sse").Failed(CommandLine.Usage, "--isa is 'sse'; it needs to be best, vbmi, avx512, avx2 or vector128");
        ToolRun.Of($"{Estimate} --isa vector128 --npy x.npy").Failed(CommandLine.Usage, "exclude each other");
        Assert.Equal(CommandLine.Failure, ToolRun.Of("estimate --npy no-such-file.npy --isa vector128").ExitCode);
    }

    [Fact]
    public void Rows_are_kept_as_asked_and_cost_what_they_are()
    {
        using var vectors = new TempFile(".npy", []);
        PqGen.Vectors.VectorFile.WriteNpy(vectors.Path, 8, PqGen.Tests.Indexes.TestVectors.Clustered(600, 8, 10, seed: 1));
        var bench = $"bench --base {vectors.Path} --query {vectors.Path} --m 2 --ksub 16 --nlist 4 --nprobe 4 --kernels generic --json --rerank";
        var bytes = new[] { "float32", "float16", "int8" }.Select(format => Bytes(ToolRun.Of($"{bench} 50 --keep {format} --coarse flat"))).ToArray();
        Assert.InRange(bytes[0] - bytes[1], 0.95 * 600 * (32 - 18), 1.05 * 600 * (32 - 18));
        Assert.InRange(bytes[0] - bytes[2], 0.95 * 600 * (32 - 12), 1.05 * 600 * (32 - 12));
        Assert.True(Bytes(ToolRun.Of($"{bench} 0 --keep none")) < bytes[2]);
        ToolRun.Of($"{bench} 0,50 --keep none").Failed(CommandLine.Usage, "--keep is none, but --rerank is 0,50");
        ToolRun.Of($"{bench} 0 --keep int4").Failed(
            CommandLine.Usage, "--keep is 'int4'; it needs to be float32, float16, int8, int8float16 or none");
        Assert.True(Bytes(ToolRun.Of($"{bench} 0 --coarse hnsw")) > Bytes(ToolRun.Of($"{bench} 0 --coarse flat")));
        ToolRun.Of($"{bench} 0 --coarse hnws").Failed(CommandLine.Usage, "--coarse is 'hnws'; it needs to be automatic, flat, codes or hnsw");
        Assert.Equal(CommandLine.Success, ToolRun.Of($"{Estimate} --coarse hnsw --json").ExitCode);
        Assert.Equal(CommandLine.Success, ToolRun.Of($"{Estimate} --metric ip --anisotropic 0.5 --json").ExitCode);
        Assert.Equal(CommandLine.Success, ToolRun.Of($"{bench} 0 --metric cosine --anisotropic .5").ExitCode);
        ToolRun.Of($"{bench} 0 --anisotropic 0.5").Failed(CommandLine.Failure, "AnisotropicThreshold is 0.5");
        ToolRun.Of($"{bench} 0 --metric ip --anisotropic 1").Failed(CommandLine.Usage, "--anisotropic is '1'; it needs a number");
        ToolRun.Of($"{bench} 0 --coarse codes").Failed(CommandLine.Failure, "NList 4 and Ksub 16");

        static long Bytes(ToolRun run)
        {
            Assert.True(run.ExitCode == CommandLine.Success, run.Error);
            using var row = JsonDocument.Parse(Assert.Single(run.Lines));
            return row.RootElement.GetProperty("index_bytes").GetInt64();
        }
    }
}
