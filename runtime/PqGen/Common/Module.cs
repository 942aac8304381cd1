using System.Runtime.CompilerServices;

// Working memory on the stack is written before it is read; to zero it first would cost each search some kilobytes.
[module: SkipLocalsInit]
