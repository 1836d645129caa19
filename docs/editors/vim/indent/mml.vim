" Made by docs/editors/generate.py; do not edit.
if exists("b:did_indent")
  finish
endif
let b:did_indent = 1
setlocal indentexpr=MmlIndent(v:lnum) indentkeys=!^F,o,O,=end,=else
let b:undo_indent = "setlocal indentexpr< indentkeys<"

if exists("*MmlIndent")
  finish
endif

function MmlIndent(line)
  let before = prevnonblank(a:line - 1)
  if before == 0
    return 0
  endif
  let text = getline(before)
  let depth = indent(before)
  let depth += text =~# '\v^[ \t]*%(for|while|if|elseif|else)([A-Za-z0-9_])@!(.*([A-Za-z0-9_])@<!%(end[ \t]*%([;#].*)?$|then[ \t]+[^ \t#]))@!.*$|([A-Za-z0-9_])@<!do[ \t]*%(#.*)?$' ? shiftwidth() : 0
  let depth -= getline(a:line) =~# '\v^[ \t]*%(end|else|elseif)([A-Za-z0-9_])@!' ? shiftwidth() : 0
  return depth
endfunction
