using System;
using System.Collections.Generic;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>All files of one declaration: the index, the kernels' data sheet, and one file per kind of kernel.</summary>
internal static class IndexFiles
{
    public static IEnumerable<GeneratedFile> Write(IndexSpec spec)
    {
        yield return Write(spec, "Index", IndexEmitter.Write);
        yield return Write(spec, "Kernels", KernelsEmitter.Write);
        yield return WriteKernels(spec, "Kernels.Distance", DistanceEmitter.Write);
        if (spec.Kernels.HasCentroids)
        {
            yield return WriteKernels(spec, "Kernels.Centroids", CentroidEmitter.Write);
        }

        if (spec.Kernels.HasCodes)
        {
            yield return WriteKernels(spec, "Kernels.Codebooks", CodebookEmitter.Write);
            yield return WriteKernels(spec, "Kernels.Adc", AdcEmitter.Write);
            yield return WriteKernels(spec, "Kernels.Scan", ScanEmitter.Write);
        }
    }

    private static GeneratedFile Write(IndexSpec spec, string part, Action<IndexSpec, CodeWriter> write)
    {
        var writer = new CodeWriter();
        write(spec, writer);
        return GeneratedFile.Create(spec, part, writer);
    }

    private static GeneratedFile WriteKernels(IndexSpec spec, string part, Action<KernelSpec, CodeWriter> writeMembers)
    {
        var writer = new CodeWriter();
        using (FileFrame.Open(spec, writer, FileFrame.KernelUsings))
        using (writer.Braces($"partial class {spec.Name}"))
        using (writer.Braces("partial struct Kernels"))
        {
            writeMembers(spec.Kernels, writer);
        }

        return GeneratedFile.Create(spec, part, writer);
    }
}
