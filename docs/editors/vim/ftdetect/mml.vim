autocmd BufNewFile,BufRead *.mml set filetype=mml
