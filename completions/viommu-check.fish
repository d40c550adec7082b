# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion: asks the program, which knows its own tables.

function __viommu_check_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l candidates ($words[1] __complete -- $words[2..-1] 2>/dev/null)
    if test "$candidates" = @file
        __fish_complete_path (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    else
        printf '%s\n' $candidates
    end
end

complete -c viommu-check -f -a '(__viommu_check_complete)'
