# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion: asks the program, which knows its own tables.

# What becomes of a word's tilde: fish leaves it to completions.
function __viommu_check_expand
    for word in $argv
        if string match -qr '^~(/|$)' -- $word
            printf '%s\n' $HOME(string sub -s 2 -- $word)
        else
            printf '%s\n' $word
        end
    end
end

# The word being typed without its quotes, of which the last may be missing.
function __viommu_check_current
    set -l token (commandline -ct)
    for end in '' "'" '"'
        set -l word (string unescape -- $token$end)
        and printf '%s\n' $word
        and return
    end
    printf '%s\n' "$token"
end

# Paths for a word that may be "--option=path" or "~/path": what stands before is put back.
function __viommu_check_paths
    set -l lead (string match -r -- '^--[a-z-]+=' $argv[1])
    set -l typed (string replace -r -- '^--[a-z-]+=' '' $argv[1])
    set -l home
    if not set -q lead[1]; and string match -q -- '~/*' $typed
        set home (string length -- $HOME)
        set typed (__viommu_check_expand $typed)
    end
    for path in (__fish_complete_path $typed)
        set -q home[1]; and set path '~'(string sub -s (math $home + 1) -- $path)
        printf '%s\n' "$lead$path"
    end
end

function __viommu_check_complete
    set -l words (__viommu_check_expand (commandline -opc))
    set -l current (__viommu_check_current)
    set -l candidates ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$candidates" = @file
        __viommu_check_paths "$current"
    else
        printf '%s\n' $candidates
    end
end

complete -c viommu-check -f -a '(__viommu_check_complete)'
