using System;
using System.Collections.Generic;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>All files of one declaration: the index, the kernels' data sheet and contract, and one file per group of kernels.</summary>
internal static class IndexFiles
{
    public static IEnumerable<GeneratedFile> Write(IndexSpec spec)
    {
        yield return Write(spec, "Index", IndexEmitter.Write);
        yield return Write(spec, "Kernels", KernelsEmitter.Write);
        foreach (var group in KernelGroup.Of(spec.Kernels))
        {
            yield return WriteKernels(spec, group);
        }
    }

    private static GeneratedFile Write(IndexSpec spec, string part, Action<IndexSpec, CodeWriter> write)
    {
        var writer = new CodeWriter();
        write(spec, writer);
        return GeneratedFile.Create(spec, part, writer);
    }

    private static GeneratedFile WriteKernels(IndexSpec spec, KernelGroup group)
    {
        var writer = new CodeWriter();
        using (FileFrame.OpenKernels(spec, writer, group))
        {
            group.Write(spec.Kernels, writer);
        }

        return GeneratedFile.Create(spec, "Kernels." + group.Part, writer);
    }
}
