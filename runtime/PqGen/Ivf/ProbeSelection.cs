using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.TopK;

namespace PqGen.Ivf;

/// <summary>Selects the lists to probe by their scores.</summary>
internal static class ProbeSelection
{
    /// <summary>The lists of the smallest scores, nearest first, ties to the smaller number.</summary>
    /// <param name="scores">Scores of lists.</param>
    /// <param name="lists">The lists, ascending; empty where their numbers are their places.</param>
    /// <param name="nprobe">How many, 1 to the number of scores.</param>
    /// <param name="scratch">Working memory; holds what is returned.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ReadOnlySpan<Probe> Nearest(ReadOnlySpan<float> scores, ReadOnlySpan<int> lists, int nprobe, RouteScratch scratch)
    {
        var probes = WorkingMemory.Ensure(ref scratch.Probes, nprobe);
        var minima = WorkingMemory.Ensure(ref scratch.Minima, Selection.GroupCount(scores.Length, nprobe));
        var numbered = WorkingMemory.Ensure(ref scratch.Numbered, 2 * scores.Length);

        // (score, place) as one number, of few lists more than are needed.
        var limit = Selection.UpperBoundOfKth(scores, nprobe, minima);
        var count = Selection.NumberUpTo(scores, limit, numbered);
        if (count <= Selection.MaxSorted)
        {
            Selection.SortFew(numbered[..count], numbered[scores.Length..]);
        }
        else
        {
            numbered[..count].Sort();
        }

        for (var probe = 0; probe < nprobe; probe++)
        {
            var place = (int)numbered[probe];
            probes[probe] = new Probe(lists.IsEmpty ? place : lists[place], scores[place]);
        }

        return probes;
    }
}
